export { planLanguage } from './language/plan-language.ts';
export type { Place, PositionedFinding } from './position-findings.ts';
export type { ParsedText, PlanFormat, Places, TextProblem, Unreadable } from './plan-format.ts';
export { addFindings, inWholePlan, parsePlanText, planFormat, readPlan } from './read-plan.ts';
export type { ParsePlanOptions, PlanReading, ReadPlanOptions } from './read-plan.ts';
export { renderFinding } from './render-finding.ts';
export type { RenderOptions } from './render-finding.ts';
