/** What a module exports instead of what it should, in words. */
export function describeExport(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'function')
    return /^class\b/.test(Function.prototype.toString.call(value)) ? `the class ${value.name}` : 'a function';
  if (typeof value !== 'object') return `${/^[aeiou]/.test(typeof value) ? 'an' : 'a'} ${typeof value}`;
  if ('then' in value && typeof value.then === 'function') return 'a promise (write export default await …)';
  if ('workflow_id' in value) return 'a plan as plan files have it (keep it as a .json file)';
  if ('handle' in value || 'execute' in value) return 'an orchestrator or a run (orch itself runs the workflow)';
  if ('definition' in value || 'contract' in value) return 'an object that only looks like one';
  return 'an object';
}

/** Names under which a module exports workflows. */
export function exportedWorkflows(exports: Readonly<Record<string, unknown>>): readonly string[] {
  return Object.entries(exports).flatMap(([name, value]) =>
    typeof value === 'object' && value !== null && 'definition' in value && 'contract' in value ? [name] : [],
  );
}
