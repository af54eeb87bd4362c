/** Apart from the templates themselves, which help does not need. */
export const templateNames = ['standard', 'release', 'pipeline'] as const;

export type TemplateName = (typeof templateNames)[number];
