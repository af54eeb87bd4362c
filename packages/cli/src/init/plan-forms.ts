/** How a plan is written. */
export type PlanForm = 'json' | 'jsonc' | 'yaml';

/** By the ending of its file. Apart from what writes plans, which errors and completion do not need. */
export const planForms: Readonly<Record<string, PlanForm>> = {
  '.json': 'json',
  '.jsonc': 'jsonc',
  '.yaml': 'yaml',
  '.yml': 'yaml',
};
