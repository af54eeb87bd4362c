import { unknownRun } from '@orch/core/author';
import type { Backend, Message, RunPage } from '@orch/core/author';
import { append } from './append.ts';
import { checkFile } from './check.ts';
import type { OpenDatabase } from './driver.ts';
import { readEvents } from './history.ts';
import { messages, post } from './inbox.ts';
import { listRuns } from './list.ts';
import { OpenState } from './open-state.ts';
import type { SqliteBackendOptions } from './options.ts';
import { acquire, create, holder, release, remove, renew } from './taking.ts';
import type { Change } from './writer.ts';

type Perform<Result> = Change<Result>['perform'];

export function makeSqliteBackend(
  file: string,
  { lockWaitMs = 30_000, idleMs = 1_000 }: SqliteBackendOptions,
  openDatabase?: OpenDatabase,
): Backend {
  const driver = openDatabase === undefined ? {} : { openDatabase };
  const state = new OpenState(file, { lockWaitMs, idleMs, ...driver });
  const { held } = state;
  const refuse = (run: string) => (): never => {
    throw unknownRun(run);
  };
  return {
    name: 'sqlite',
    contract: 1,
    open: () => state.open(),
    close: () => state.close(),
    create: (run, first) =>
      state.changeOrMake(run, { durability: 'FULL', perform: (db) => create(db, held, { run, first }) }),
    append: async (run, commit) => {
      const durability = commit.flush ? 'FULL' : 'NORMAL';
      return state.change(run, { durability, perform: (db) => append(db, held, { run, commit }) }, refuse(run));
    },
    read: (run, { after = 0 } = {}) => readEvents((task) => state.look(task, refuse(run)), { run, after }),
    list: (filter, cursor) =>
      state.look<RunPage>(
        (db) => listRuns(db, filter, cursor),
        () => ({ runs: [] }),
      ),
    acquire: async (run, taking) =>
      state.change(run, { durability: 'FULL', perform: (db) => acquire(db, held, { run, taking }) }, refuse(run)),
    holder: (run) =>
      state.look(
        (db) => holder(db, run),
        () => undefined,
      ),
    renew: async (run, fence, ttlMs) => {
      const perform: Perform<boolean> = (db) => renew(db, held, { run, fence, ttlMs });
      return state.change(run, { durability: 'NORMAL', perform }, () => false);
    },
    release: async (run, fence) => {
      const perform: Perform<void> = (db) => release(db, held, { run, fence });
      return state.change(run, { durability: 'NORMAL', perform }, () => undefined);
    },
    post: async (run, message: Message) => {
      const perform: Perform<'posted' | 'finished' | 'unknown-run'> = (db) => post(db, run, message);
      return state.change(run, { durability: 'FULL', perform }, () => 'unknown-run');
    },
    messages: (run) => state.look((db) => messages(db, run), refuse(run)),
    check: () =>
      state.look(
        (db) => checkFile(db),
        () => [],
      ),
    delete: async (run, fence) =>
      state.change(run, { durability: 'FULL', perform: (db) => remove(db, held, { run, fence }) }, refuse(run)),
  };
}
