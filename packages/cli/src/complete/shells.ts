/** Shells whose words can be completed. Apart from what they run, which help does not need. */
export const shells = ['bash', 'zsh'] as const;

export type Shell = (typeof shells)[number];
