import type { Language } from '@orch/core/author';

/**
 * The language of plans: expressions in CEL, and JSON Schema. Give it to an orchestrator that runs workflows with
 * expressions in them. Nothing of it is loaded before `load()` is called.
 */
export function planLanguage(): Language {
  return {
    contract: 1,
    async load() {
      const { loadLanguage } = await import('./load-language.ts');
      return loadLanguage();
    },
  };
}
