import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { orchError } from '@orch/core/author';
import type { ErrorCode } from '@orch/core/author';
import type { BackendModule } from '../subject.ts';
import type { Order, Report } from './order.ts';

/** Whether this runs from the sources: the worker then does, too, and so does all that it imports of orch. */
const isSource = import.meta.url.endsWith('.ts');
const program = new URL(isSource ? './worker.ts' : './worker.js', import.meta.url);

/** A process of its own that uses the backend. It waits for orders, one at a time. */
export class WorkerProcess {
  /** The versions that its newest `write` reported. */
  acknowledged: number[] = [];
  readonly #child: ChildProcess;
  readonly #ended: Promise<unknown>;
  #pending = Promise.withResolvers<unknown>();
  #words = '';
  #heard = (): void => undefined;

  private constructor({ module, name, argument }: BackendModule) {
    this.#child = fork(program, [module.href, name, JSON.stringify(argument)], {
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      ...(isSource ? { execArgv: [...process.execArgv, '--conditions=source'] } : {}),
    });
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => (this.#words += text));
    this.#child.on('message', (report: Report) => this.#hear(report));
    // What it said before it ended is heard first.
    this.#ended = Promise.allSettled([once(this.#child, 'close'), once(this.#child, 'disconnect')]).then(() => {
      const { pid, exitCode, signalCode } = this.#child;
      const how = `process ${pid} ended with ${signalCode ?? exitCode} before it reported`;
      this.#pending.reject(new Error(`${how}\n${this.#words}`.trimEnd()));
    });
  }

  /** Settles once its backend is open. */
  static async start(module: BackendModule): Promise<WorkerProcess> {
    const worker = new WorkerProcess(module);
    try {
      await worker.#pending.promise;
      return worker;
    } catch (error) {
      await worker.kill();
      throw error;
    }
  }

  /** Sends the order before it returns. Rejects with what the backend rejected with, or when the process ends. */
  perform<Answer>(order: Order): Promise<Answer> {
    const pending = Promise.withResolvers<unknown>();
    this.#pending = pending;
    this.acknowledged = [];
    this.#child.send(order, (error) => {
      if (error !== null) pending.reject(error);
    });
    return pending.promise as Promise<Answer>;
  }

  /** Settles once its `write` has reported so many commits. */
  acknowledges(count: number): Promise<void> {
    return new Promise((resolve) => {
      this.#heard = () => {
        if (this.acknowledged.length >= count) resolve();
      };
      this.#heard();
    });
  }

  /** With SIGKILL. Settles when it is gone and all that it said is heard. */
  async kill(): Promise<void> {
    this.#pending.promise.catch(() => undefined);
    this.#child.kill('SIGKILL');
    await this.#ended;
  }

  #hear(report: Report): void {
    switch (report.is) {
      case 'acknowledged':
        this.acknowledged.push(report.version);
        return this.#heard();
      case 'failed':
        return this.#pending.reject(errorOf(report));
      case 'done':
        return this.#pending.resolve(report.answer);
      case 'ready':
        return this.#pending.resolve(undefined);
    }
  }
}

/** Has each of them begin at the same moment. Rejects unless each reports. */
export function race<Answer>(
  workers: readonly WorkerProcess[],
  orderOf: (index: number) => Order,
): Promise<readonly Answer[]> {
  return Promise.all(workers.map((worker, index) => worker.perform<Answer>(orderOf(index))));
}

function errorOf({ code, text }: Report & { readonly is: 'failed' }): Error {
  return code === undefined ? new Error(text) : orchError({ code: code as ErrorCode, message: text });
}
