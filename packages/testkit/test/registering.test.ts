import { memoryBackend } from '@orch/core';
import { describe, expect, test } from 'vitest';
import { backendConformance, executorConformance, manualClock, pluginConformance } from '../src/index.ts';
import type { BackendUnderTest, Capability } from '../src/index.ts';
import { functionsUnderTest } from './function-under-test.ts';
import { soundPlugin } from './mutants/plugging.ts';

type Body = () => Promise<void>;

/** A runner that only notes what it is given. */
function runner() {
  const tests = new Map<string, Body>();
  const skipped: string[] = [];
  const note = (name: string, body: Body): void => void tests.set(name, body);
  return { tests, skipped, test: Object.assign(note, { skip: (name: string) => void skipped.push(name) }) };
}

const denial = (subject: string): string => `lacks names nothing that the ${subject} has`;

function create(check?: BackendUnderTest['backend']['check']): BackendUnderTest {
  const backend = memoryBackend();
  delete backend.changed;
  return { backend: check === undefined ? backend : { ...backend, check }, cleanup: () => undefined };
}

describe('a case that is left out', () => {
  const lacks: readonly Capability[] = ['damage', 'reopen'];

  test('is shown as skipped, and says what is lacking', () => {
    const { tests, skipped, test: given } = runner();
    backendConformance({ test: given, lacks, create });
    expect(skipped).toContain(
      'B78 refuses a damaged run to readers, and lists the others (left out: lacks reopen, damage)',
    );
    expect([...tests.keys()].filter((name) => name.startsWith('B78'))).toEqual([]);
  });

  test('goes to `skip` where that is given, and nowhere with a runner that can not skip', () => {
    const { skipped, test: given } = runner();
    const own: string[] = [];
    backendConformance({ test: given, lacks, create, skip: (name) => own.push(name) });
    expect(own.length).toBeGreaterThan(0);
    expect(skipped).toEqual([]);
    const names: string[] = [];
    backendConformance({ test: (name) => names.push(name), lacks, create });
    expect(names.some((name) => name.startsWith('B78'))).toBe(false);
  });
});

describe('lacks', () => {
  test('may not deny what a backend has', async () => {
    const { tests, test: given } = runner();
    backendConformance({ test: given, lacks: ['check', 'changed'], create: () => create(async () => []) });
    await expect(tests.get(denial('backend'))!()).rejects.toThrow('the backend has check: take it out of `lacks`');
  });

  test('may deny what it has not', async () => {
    const { tests, test: given } = runner();
    backendConformance({ test: given, lacks: ['check', 'changed'], create: () => create() });
    await tests.get(denial('backend'))!();
  });

  test('that denies nothing to be seen adds no test', () => {
    const { tests, test: given } = runner();
    backendConformance({ test: given, lacks: ['damage'], create });
    expect([...tests.keys()]).not.toContain(denial('backend'));
  });

  test('may not deny what an executor has', async () => {
    const { tests, test: given } = runner();
    executorConformance({
      test: given,
      lacks: ['adopt', 'check', 'settle', 'unseen'],
      create() {
        const sound = functionsUnderTest(manualClock());
        return { ...sound, executor: { ...sound.executor, adopt: async () => ({ gone: true }) } };
      },
    });
    await expect(tests.get(denial('executor'))!()).rejects.toThrow('the executor has adopt:');
  });

  test('may not deny what a plugin adds', async () => {
    const { tests, test: given } = runner();
    pluginConformance({ test: given, lacks: ['on-close', 'taps'], create: () => ({ plugin: soundPlugin() }) });
    await expect(tests.get(denial('plugin'))!()).rejects.toThrow('the plugin has taps and on-close:');
  });

  test('must name what is not there', async () => {
    const backend = runner();
    backendConformance({ test: backend.test, create });
    const looks = [...backend.tests].find(([name]) => name.startsWith('B79'))![1];
    await expect(looks()).rejects.toThrow('the backend must have `check`, or the options must say that it lacks it');
    const plugin = runner();
    const plain = { name: 'plain', contract: 1, apply: () => undefined } as const;
    pluginConformance({ test: plugin.test, create: () => ({ plugin: plain }) });
    const taps = [...plugin.tests].find(([name]) => name.startsWith('P05'))![1];
    await expect(taps()).rejects.toThrow('the plugin must add `taps`');
  });
});
