import type { NumberedCase } from '../numbered-case.ts';
import type { PluginSubject } from './plugin-subject.ts';

/** What a plugin need not add. */
export type PluginCapability =
  /** Taps of hooks. */
  | 'taps'
  /** Options of phases. */
  | 'options'
  /** Something to do when the orchestrator is closed. */
  | 'on-close';

/** One numbered rule of the contract of plugins. */
export interface PluginCase extends NumberedCase<PluginCapability> {
  /** Rejects where the plugin breaks the rule. */
  readonly run: (subject: PluginSubject) => Promise<void>;
}
