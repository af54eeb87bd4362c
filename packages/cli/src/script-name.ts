/** How the script of a package is called that is not in the one of `orch`. */
export function scriptName(name: string): string {
  return name.replaceAll('/', '+');
}
