/** The release that writes a journal, for `run.started`. A test holds it against package.json. */
export const orchVersion = '0.1.0';
