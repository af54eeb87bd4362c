// What `npm start` shows: the example of the five standard phases, and what is left of it.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const example = fileURLToPath(new URL('../examples/standard-phases', import.meta.url));
const orch = fileURLToPath(new URL('../packages/cli/bin/orch.js', import.meta.url));

run('Making a scratch repository', 'setup.mjs');
run('orch execute plan.json', orch, 'execute', 'plan.json');
run('orch show standard-phases', orch, 'show', 'standard-phases');
say('The commits of the scratch repository');
spawnSync('git', ['--no-pager', '-C', '.scratch/repository', 'log', '--oneline', '--stat'], {
  cwd: example,
  stdio: 'inherit',
});
say('Where to look');
console.log(`In examples/standard-phases:
  plan.json            what was run
  .scratch/repository  what it was run on
  .scratch/notes       what the phases found: inventory.json, spec.json, review.md
  .orch                the journal and the logs of the run: npx orch logs standard-phases test --state-dir examples/standard-phases/.orch`);

function run(title, ...args) {
  say(title);
  const { status } = spawnSync(process.execPath, args, { cwd: example, stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}

function say(title) {
  console.log(`\n== ${title}`);
}
