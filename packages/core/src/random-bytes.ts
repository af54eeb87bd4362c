/** The generator of the kernel, which also seeds that of `node:crypto`. */
const device = '/dev/urandom';

/**
 * Fills all of it with random bytes that nobody can foretell. Those of `node:crypto` are taken where the device can't be read:
 * loading that costs a tenth of what a short `orch` takes.
 */
export function fillWithRandom(bytes: Uint8Array): void {
  if (!fillFromDevice(bytes)) process.getBuiltinModule('node:crypto').randomFillSync(bytes);
}

function fillFromDevice(bytes: Uint8Array): boolean {
  const fs = process.getBuiltinModule('node:fs');
  let fd: number | undefined;
  try {
    fd = fs.openSync(device, 'r');
    // Not a file that somebody has put there: what stands in one is the same each time.
    return fs.fstatSync(fd).isCharacterDevice() && fs.readSync(fd, bytes) === bytes.length;
  } catch {
    return false;
  } finally {
    if (fd !== undefined) fs.closeSync(fd);
  }
}
