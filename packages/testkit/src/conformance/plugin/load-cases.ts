import { strict as assert } from 'node:assert';
import { settled } from '../../manual-clock.ts';
import type { PluginCase } from './plugin-case.ts';
import { isPromise } from './watched-host.ts';

/** What a plugin is, and how it lives in hosts. */
export const loadCases: readonly PluginCase[] = [
  {
    id: 'P01',
    title: 'is a plain object of contract 1 with a name, and a copy of it is as good',
    async run(subject) {
      const { name, contract, apply } = { ...subject.plugin } as Partial<typeof subject.plugin>;
      assert.ok(typeof name === 'string' && name.trim() !== '', 'it has no name of its own');
      assert.equal(contract, 1);
      assert.equal(typeof apply, 'function', 'it has no `apply` of its own: a class is no plain object');
      subject.load({ ...subject.plugin });
    },
  },
  {
    id: 'P02',
    title: 'applies at once: all that it adds is there when `apply` returns, and nothing comes later',
    async run(subject) {
      const { watch } = subject.load();
      assert.ok(!isPromise(watch.answer), '`apply` is asynchronous');
      const added = JSON.stringify(watch.added);
      await settled();
      assert.equal(JSON.stringify(watch.added), added);
    },
  },
  {
    id: 'P03',
    title: 'adds the same to every host',
    async run(subject) {
      const { watch } = subject.load();
      assert.deepEqual(subject.load().watch.added, watch.added);
      assert.deepEqual(subject.load({ ...subject.plugin }).watch.added, watch.added);
    },
  },
  {
    id: 'P04',
    title: 'keeps hosts apart: a run uses the host that drives it, and no other',
    async run(subject) {
      const alone = subject.load();
      const { status } = await subject.run(alone);
      const before = subject.load();
      const between = subject.load();
      const after = subject.load();
      assert.equal((await subject.run(between)).status, status);
      for (const { watch } of [before, after]) {
        assert.equal(watch.used, 0, 'a run used the clock, chance or log of another host');
        assert.deepEqual(watch.called, []);
      }
      assert.deepEqual(between.watch.called.toSorted(), alone.watch.called.toSorted());
    },
  },
  {
    id: 'P05',
    title: 'has taps that settle within their time limits and do not throw',
    needs: 'taps',
    async run(subject) {
      const loaded = subject.loadWith('taps');
      await subject.run(loaded);
      assert.ok(loaded.watch.called.length > 0, 'the run called no tap: create() must answer a `workflow` that does');
      await loaded.watch.settled();
    },
  },
  {
    id: 'P06',
    title: 'is closed once, after its runs and not before, whether there were runs or not',
    needs: 'on-close',
    async run(subject) {
      const busy = subject.loadWith('on-close');
      const idle = subject.load();
      await subject.run(busy);
      for (const { watch, orch } of [busy, idle]) {
        const times = (): ReadonlySet<number> => new Set(watch.closed.values());
        assert.deepEqual(times(), new Set([0]), 'it was closed before the orchestrator was');
        await orch.close();
        await orch.close();
        await watch.settled();
        assert.deepEqual(times(), new Set([1]), 'it was not closed once');
      }
    },
  },
  {
    id: 'P07',
    title: 'goes on in one host when another is closed',
    needs: 'on-close',
    async run(subject) {
      const alone = subject.loadWith('on-close');
      const { status } = await subject.run(alone);
      const closed = subject.load();
      const open = subject.load();
      await closed.orch.close();
      assert.equal((await subject.run(open)).status, status);
      await open.watch.settled();
      assert.deepEqual(open.watch.called.toSorted(), alone.watch.called.toSorted());
    },
  },
];
