/** What a word of a command line means that is still being typed: without quotes and backslashes, closed or not. */
export function unquoted(word: string): string {
  let text = '';
  let quote = '';
  for (let at = 0; at < word.length; at++) {
    const character = word.charAt(at);
    const next = word.charAt(at + 1);
    if (quote !== "'" && character === '\\' && (quote === '' || '"\\$`'.includes(next))) {
      text += next;
      at++;
    } else if (character === quote) quote = '';
    else if (quote === '' && (character === '"' || character === "'")) quote = character;
    else text += character;
  }
  return text;
}
