import { rmSync, writeFileSync } from 'node:fs';
import type { Playground } from '../orch-process.ts';

export const nastyName = `</script><img src=x onerror="document.title='owned'"> \${{ inputs.token }} \u202Enettirw`;
export const secret = 'hush-hush-hush';

/** A run whose names, inputs, outputs and logs would do harm in a page that took them for more than text. `url`: what they want to load. */
export async function nastyRun(ground: Playground, url: string): Promise<void> {
  const html = `</pre></details><script>document.title='owned'</script><img src="${url}" onerror="document.title='owned'"><link rel=stylesheet href="${url}"><iframe src="${url}"></iframe>`;
  ground.write(
    'printed',
    `\u001B[31mred\u001B[0m \u0007\u202Ereversed ${html} \${{ inputs.token }}\n${'x'.repeat(5_000)}\n`,
  );
  ground.plan(
    [
      {
        name: nastyName,
        command: 'cat printed; cat answer > $ORCH_OUTPUT',
        output: { from: 'file' },
        depends_on: [],
      },
      {
        name: 'long',
        command: 'i=0; while test $i -lt 9000; do echo "line $i"; i=$((i+1)); done',
        depends_on: [nastyName],
      },
      {
        name: `unbroken${'-and-on'.repeat(20)}`,
        command: 'cat printed; test -e again || { touch again; exit 3; }; exit 4',
        depends_on: ['long'],
        retry: { max_attempts: 2, delay: '300ms', jitter: 'none' },
      },
      { name: 'publish', command: 'true', depends_on: ['long', `unbroken${'-and-on'.repeat(20)}`] },
      { name: 'clean-up', after: 'always', command: 'test -n "$ORCH_INPUT_TOKEN"', depends_on: ['publish'] },
    ],
    {
      inputs: { version: { type: 'string', default: `"'${html}` }, token: { type: 'string', secret: true } },
    },
  );
  ground.write('answer', JSON.stringify({ text: html }));
  rmSync(ground.path('again'), { force: true });
  await ground.start(['execute', 'plan.json', '--run-id', 'one', '--output', 'none'], {
    env: { ORCH_INPUT_TOKEN: secret },
  }).ended;
}

/** Writes what `orch report` printed into a file. */
export async function reportOf(ground: Playground, run: string): Promise<string> {
  const { code, stdout, stderr } = await ground.orch('report', run);
  if (code !== 0) throw new Error(`orch report ended with ${code}: ${stderr}`);
  writeFileSync(ground.path('run.html'), stdout);
  return stdout;
}
