export {
  type AlignmentConfig,
  type Config,
  type ConfigInput,
  configSchema,
  type DistillationSettings,
  type EvaluationSettings,
  type NodeConfig,
  type SearchSettings,
  type SourceConfig,
  type StudentSettings,
  type TeacherSettings,
} from './config.js';
export { type ErrorCode, exitCodeOf, KgmentorError } from './errors.js';
export type { ClassificationFigures } from './evaluate/classification.js';
export { type FilterName, knownFacts, rankingQueries } from './evaluate/filters.js';
export { type Metrics, metricsOf } from './evaluate/metrics.js';
export { type ModelReport, reportOf } from './evaluate/report.js';
export type { KgmentorEvent, OnEvent } from './events.js';
export { type CleanOptions, type CleanResult, cleanUp } from './graph/cleanUp.js';
export { type ConnectOptions, connect, type Graph } from './graph/connect.js';
export { type GraphFor, type ReadOptions, type ReadReport, readDataset } from './graph/dataset.js';
export { type Graphs, openGraphs } from './graph/graphs.js';
export {
  type ImportAlignments,
  type ImportEntities,
  type ImportResult,
  type ImportTriples,
  importAlignments,
  importEntities,
  importTriples,
} from './graph/import.js';
export { type Finding, inspect } from './graph/inspect.js';
export { type MigrateOptions, type MigrateResult, migrate } from './graph/migrate.js';
export { ping } from './graph/ping.js';
export {
  type ProposedAlignment,
  type ProposedLink,
  type ProposeOptions,
  proposeAlignment,
} from './graph/proposeAlignment.js';
export { type PublishInput, type PublishOptions, type PublishResult, publish } from './graph/publish.js';
export { type RemovalOptions, type RemovalResult, removeEverything } from './graph/removal.js';
export { type RollbackResult, rollback } from './graph/rollback.js';
export { checkDataset } from './kg/check.js';
export { linkClasses } from './kg/classes.js';
export { datasetDigest } from './kg/digest.js';
export { type GrowOptions, growByStructure } from './kg/growStructure.js';
export { jointGraph } from './kg/joint.js';
export { jointTriples, type NamedTriples, writeTriples } from './kg/jointTriples.js';
export { entityKey, type KeyValue, parseEntityKey } from './kg/keys.js';
export { type LinkPrecision, linkPrecision } from './kg/linkPrecision.js';
export { keepLinks, type LinkPurpose, splitLinks, spoilLinks } from './kg/linkSample.js';
export { type NamedLink, nameLinks, resolveLinks, withLinks } from './kg/namedLinks.js';
export { splitByHash } from './kg/split.js';
export { linkedSubgraph } from './kg/subgraph.js';
export type {
  Alignments,
  Dataset,
  Entities,
  LinkedClasses,
  SourceGraph,
  Split,
  Triples,
} from './kg/types.js';
export { isValueLabel } from './kg/values.js';
export { type Check, checkTarget } from './operate/changes.js';
export type { OperateEvent } from './operate/events.js';
export { type GateVerdict, judge } from './operate/gate.js';
export { type EventLog, type LogOptions, openLog } from './operate/log.js';
export { createMetrics, type Metrics as PrometheusMetrics } from './operate/metrics.js';
export { type JobResult, perform, type Workplace } from './operate/queue/perform.js';
export { type PlanInput, planJobs } from './operate/queue/plan.js';
export { runWorker, type WorkerEvent, type WorkerOptions } from './operate/queue/worker.js';
export { type RetrainJob, type RetrainOutcome, retrainJob } from './operate/retrainJob.js';
export { runSchedules, type SchedulerOptions } from './operate/schedule.js';
export { type MetricsServer, type ServeMetricsOptions, serveMetrics } from './operate/serveMetrics.js';
export { type WatchOptions, watch } from './operate/watch.js';
export { publishInputOf } from './publishRun.js';
export {
  type AddedNode,
  type AddInput,
  type AddOptions,
  type AddResult,
  addNodes,
} from './query/addNodes.js';
export { type PredictedFact, type PredictInput, predict, type QueryVector } from './query/predict.js';
export { type SimilarNode, similar } from './query/similar.js';
export { queriesOfRuns } from './runQueries.js';
export { type Connection, connectionOf, loadConfig, parseConfig } from './settings.js';
export { readStudentInput, type StudentReading } from './studentInput.js';
export type { Drift } from './train/drift.js';
export { type AlignmentReport, evaluateAlignment } from './train/evaluateAlignment.js';
export { type Answerer, type EvaluateOptions, evaluateAndRecord, evaluateRun } from './train/evaluations.js';
export { type GrowOutcome, growLinks } from './train/growLinks.js';
export type { GrowSettings } from './train/growState.js';
export { heldOut } from './train/heldOut.js';
export {
  type ImportedTeacher,
  type ImportReport,
  type ImportTeacherInput,
  readTeacher,
} from './train/importTeacher/importTeacher.js';
export { writeTeacher } from './train/importTeacher/writeTeacher.js';
export type { MemoryPlan } from './train/plan/memory.js';
export {
  type PlanOptions,
  planPretraining,
  planRetraining,
  type TrainingPlan,
} from './train/plan/plan.js';
export { type PretrainInput, pretrain } from './train/pretrain.js';
export { type RetrainInput, retrain } from './train/retrain.js';
export { type RunOptions, type RunOutcome, resumeRun } from './train/runFolder.js';
export { findRun, listRunFolders, readModelVectors } from './train/runs.js';
export { type SearchInput, type SearchOutcome, search } from './train/search.js';
export {
  type ClassificationReport,
  type EvaluateClassificationOptions,
  evaluateClassification,
} from './train/tasks/classification.js';
export {
  type EvaluatePathsOptions,
  evaluatePaths,
  type PathEvaluation,
  type PathReport,
} from './train/tasks/paths.js';
export type { Trial } from './train/trials.js';
