export { attemptLogPath, attemptStdoutPath } from './attempt-files.ts';
export type { AttemptFileId } from './attempt-files.ts';
export { forgottenAttempts } from './forgotten-attempts.ts';
export { command } from './command.ts';
export type { CommandOptions } from './command.ts';
export { commandPlugin } from './command-plugin.ts';
export type { CommandPluginOptions } from './command-plugin.ts';
