import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { planLanguage } from '../../src/index.ts';

test('the language is a plain object of contract 1, and can be loaded again and again', async () => {
  const language = planLanguage();
  expect({ ...language, load: undefined }).toEqual({ contract: 1, load: undefined });
  for (const loaded of [await language.load(), await language.load()])
    expect(loaded.expression('1 + 1', [])).toHaveProperty('references', []);
});

test('nothing is loaded before it is needed', () => {
  const program = `
    import { registerHooks } from 'node:module';
    const loaded = [];
    registerHooks({ load(url, context, next) {
      for (const name of ['cel-js', 'zod']) if (url.includes('/node_modules/') && url.includes('/' + name + '/') && !loaded.includes(name)) loaded.push(name);
      return next(url, context);
    } });
    const { planLanguage } = await import(${JSON.stringify(new URL('../../src/index.ts', import.meta.url).href)});
    const steps = [[...loaded]];
    const language = await planLanguage().load();
    steps.push([...loaded]);
    const schema = language.schema({ type: 'string' });
    steps.push([...loaded]);
    await schema['~standard'].validate('a');
    console.log(JSON.stringify([...steps, loaded]));
  `;
  const { stdout, stderr } = spawnSync(
    process.execPath,
    ['--conditions=source', '--input-type=module', '--eval', program],
    {
      encoding: 'utf8',
    },
  );
  expect(JSON.parse(stdout || JSON.stringify(stderr))).toEqual([[], ['cel-js'], ['cel-js'], ['cel-js', 'zod']]);
});
