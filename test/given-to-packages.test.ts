import { describe, expect, it } from 'vitest';
import { jsonBackend } from '@orch/backend-json';
import { sqliteBackend } from '@orch/backend-sqlite';
import { redisBackend } from '@orch/backend-redis';
import { memoryBackend } from '@orch/core';
import { command, commandPlugin } from '@orch/plugin-command';
import { retry, retryPlugin } from '@orch/plugin-retry';

// What plain JavaScript hands to the functions that begin a script, and types refuse: an error of ours, at the call.

/** A function of a package, whatever it is handed. */
type Call = (...given: unknown[]) => unknown;

const url = 'redis://127.0.0.1:6379';

describe('is refused', () => {
  it.each<[call: string, Call, given: unknown[], message: string]>([
    ['jsonBackend', jsonBackend as Call, [], 'folder must be the path of a file or folder, as text, not undefined.'],
    ['jsonBackend', jsonBackend as Call, [''], 'folder must be the path of a file or folder, as text, not "".'],
    ['jsonBackend', jsonBackend as Call, [{ folder: 'x' }], "as text, not { folder: 'x' }."],
    ['sqliteBackend', sqliteBackend as Call, [{ file: 'x' }], "file must be a text, not { file: 'x' }."],
    ['sqliteBackend', sqliteBackend as Call, ['x.db', { lockWait: 1 }], 'there is no option "lockWait".'],
    ['sqliteBackend', sqliteBackend as Call, ['x.db', { idleMs: '1s' }], 'of at least 0, not "1s".'],
    ['redisBackend', redisBackend as Call, [url, { timeout: 1 }], 'there is no option "timeout".'],
    ['memoryBackend', memoryBackend as Call, [7], 'its options must be an object, not 7.'],
    ['commandPlugin', commandPlugin as Call, ['.orch'], 'its options must be an object, not ".orch".'],
    ['commandPlugin', commandPlugin as Call, [{ directory: 7 }], 'directory must be the path of a file or folder, as'],
    ['commandPlugin', commandPlugin as Call, [{ folder: 'x' }], 'there is no option "folder".'],
    ['retryPlugin', retryPlugin as Call, [{ maxAttempts: 3 }], 'there is no option "maxAttempts".'],
    ['retryPlugin', retryPlugin as Call, [{ defaults: 3 }], 'defaults must be an object, not 3.'],
    ['retry', retry as Call, [], 'the policy must be an object, not undefined.'],
    ['command()', command as Call, ['make', { idleTimout: '5s' }], 'there is no option "idleTimout".'],
  ])('%s (case %#)', (name, call, given, message) => {
    const code = expect.stringMatching(/^ORCH_(OPTION_INVALID|WORKFLOW_INVALID|BACKEND_SETTINGS)$/) as string;
    const refused = { code, message: expect.stringContaining(`${name}: `) as string };
    expect(() => call(...given)).toThrow(expect.objectContaining(refused));
    expect(() => call(...given)).toThrow(message);
  });
});
