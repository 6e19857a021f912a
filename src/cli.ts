#!/usr/bin/env node
import { commandLine } from './commands/main.js';

// A reader such as `head` may have had enough.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
});

await commandLine(process.argv.slice(2));
// The driver keeps a socket open to a server that took a connection and never answered.
setTimeout(() => process.exit(), 2000).unref();
