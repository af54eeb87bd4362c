import { emptyFile, type Places, type PlanFormat, type TextProblem } from './plan-format.ts';
import { DocumentPlaces } from './yaml/document-places.ts';
import { readDocument } from './yaml/read-document.ts';
import { toValue } from './yaml/to-value.ts';

/** YAML 1.2, its core schema; one document, and in it what JSON can say, with aliases and `<<`. */
export const yamlFormat: PlanFormat = {
  parse(text) {
    const read = readDocument(text);
    if ('problem' in read) return read;
    const { document, second } = read;
    if (second !== undefined) return { problem: secondDocument(second) };
    if (document === undefined || isEmpty(document.contents))
      return { problem: emptyFile('A plan begins with workflow_id: …') };
    const said = toValue(text, document);
    if ('problem' in said) return said;
    const { value, problems, repeated, links } = said;
    const places: Places = (_, { repeats }) =>
      new DocumentPlaces(text, document.contents, links, repeats ? repeated : []);
    return { plan: value, places, repeats: repeated.length > 0, problems };
  },
};

function isEmpty(contents: unknown): boolean {
  return contents === null || (contents as { readonly source?: unknown }).source === '';
}

function secondDocument(offset: number): TextProblem {
  return {
    code: 'ORCH_PLAN_YAML',
    message: 'A second document begins here.',
    hint: 'A file holds one plan: make a file of each.',
    offset,
    length: 3,
  };
}
