export { planLanguage } from './language/plan-language.ts';
export type { Place, PositionedFinding } from './position-findings.ts';
export { addFindings, inWholePlan, parsePlanText, readPlan } from './read-plan.ts';
export type { ParsePlanOptions, PlanReading, ReadPlanOptions } from './read-plan.ts';
export { renderFinding } from './render-finding.ts';
export type { RenderOptions } from './render-finding.ts';
