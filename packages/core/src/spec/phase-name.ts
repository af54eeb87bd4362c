/** What is wrong with the name of a phase, as the end of a sentence; `undefined`: nothing. */
export function phaseNameProblem(name: string): string | undefined {
  if (name === '') return 'is empty';
  // Code points, not UTF-16 units: what a person would count.
  if (name.length > 2 * maxNameLength || (name.length > maxNameLength && Array.from(name).length > maxNameLength))
    return `has more than ${maxNameLength} characters`;
  if (/\p{Cc}/u.test(name)) return 'holds a control character';
  // Half of a surrogate pair cannot be written as UTF-8: the name would come back changed.
  if (!name.isWellFormed()) return 'is not well-formed Unicode';
  return undefined;
}

const maxNameLength = 200;
