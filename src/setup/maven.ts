import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { KgmentorError } from '../errors.js';
import type { Log } from './lock.js';
import { runTool } from './tools.js';

const COPY = 'org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies';

export interface Artifact {
  readonly group: string;
  readonly name: string;
  readonly version: string;
}

/**
 * Copies the jars of artifacts and of all they depend on at run time into a folder: from Maven's local repository where
 * all are there, else fetched. Names begin with the group, as two groups may have jars of one name.
 *
 * @param artifacts one or several, whose versions Maven settles together; errors name the last
 * @throws KgmentorError UNREACHABLE with Maven's last lines
 */
export async function copyJars(
  artifacts: readonly [Artifact, ...Artifact[]],
  folder: string,
  log: Log,
): Promise<void> {
  const { group, name, version } = artifacts.at(-1) as Artifact;
  const project = mkdtempSync(path.join(tmpdir(), 'kgmentor-maven-'));
  const pom = path.join(project, 'pom.xml');
  const args = ['-B', '-q', '-f', pom, COPY, '-DincludeScope=runtime', '-Dmdep.prependGroupId=true'];
  args.push(`-DoutputDirectory=${folder}`);
  try {
    writeFileSync(pom, pomOf(artifacts));
    await runTool('mvn', ['-o', ...args]).catch(async () => {
      log(`Fetching ${name} ${version} and what it needs by Maven …`);
      rmSync(folder, { recursive: true, force: true });
      await runTool('mvn', args);
    });
  } catch (cause) {
    throw new KgmentorError(
      'UNREACHABLE',
      `Maven could not fetch ${group}:${name}:${version}. ${(cause as Error).message}`,
      {
        next: 'Check the network and Maven’s settings.xml (proxy, mirror), then run the same command again.',
        cause,
      },
    );
  } finally {
    rmSync(project, { recursive: true, force: true });
  }
}

/** A project of nothing but the dependencies. */
function pomOf(artifacts: readonly Artifact[]): string {
  return `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>kgmentor</groupId>
  <artifactId>jars</artifactId>
  <version>1</version>
  <packaging>pom</packaging>
  <dependencies>
${artifacts.map(dependencyOf).join('')}  </dependencies>
</project>
`;
}

const dependencyOf = ({ group, name, version }: Artifact): string => `    <dependency>
      <groupId>${group}</groupId>
      <artifactId>${name}</artifactId>
      <version>${version}</version>
    </dependency>
`;
