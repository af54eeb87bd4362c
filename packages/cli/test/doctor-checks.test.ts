import { describe, expect, test } from 'vitest';
import { fileSystemChecks, checkKind, checkRoom } from '../src/doctor/file-system.ts';
import { checkAdoption, checkCache, checkNode, checkShell } from '../src/doctor/machine.ts';

const gib = 2 ** 30;
const room = { type: 0xef53, bsize: 4_096, bavail: (10 * gib) / 4_096, files: 1_000_000, ffree: 900_000 };

const finding = (code: string, severity: string, words: RegExp): unknown => ({
  finding: expect.objectContaining({ code, severity, message: expect.stringMatching(words), hint: expect.any(String) }),
});

describe('room', () => {
  test('enough of it is said', () => {
    expect(checkRoom('/s', room)).toEqual({ ok: 'the disk of /s: 10.7 GB and 900000 inodes free' });
  });
  test('few bytes, or few inodes, are a warning', () => {
    const full = finding('ORCH_STATE_SPACE', 'warning', /nearly full: 4\.1 MB and 900000 inodes/);
    expect(checkRoom('/s', { ...room, bavail: 1_000 })).toEqual(full);
    const many = finding('ORCH_STATE_SPACE', 'warning', /and 4999 inodes/);
    expect(checkRoom('/s', { ...room, ffree: 4_999 })).toEqual(many);
  });
  test('a file system that counts no inodes lacks none', () => {
    expect(checkRoom('/s', { ...room, files: 0, ffree: 0 })).toEqual({ ok: 'the disk of /s: 10.7 GB free' });
  });
});

describe('file system', () => {
  test.each([
    ['NFS', 0x6969],
    ['SMB', 0xff534d42],
    // As a signed number, where the system says it so.
    ['SMB', 0xff534d42 | 0],
    ['9p', 0x01021997],
  ])('%s is a network', (name, type) => {
    expect(checkKind('/s', { type })).toEqual([finding('ORCH_STATE_NETWORK', 'warning', new RegExp(name))]);
  });
  test('FUSE may be one; ext4, xfs, tmpfs and overlay are not', () => {
    expect(checkKind('/s', { type: 0x65735546 })).toEqual([finding('ORCH_STATE_NETWORK', 'note', /FUSE/)]);
    for (const type of [0xef53, 0x58465342, 0x01021994, 0x794c7630]) expect(checkKind('/s', { type })).toEqual([]);
  });
  test('of a folder that is not there it is that above', () => {
    expect(fileSystemChecks('/tmp/no/such/folder')).toEqual([{ ok: expect.stringContaining('free') }]);
    expect(fileSystemChecks('/proc/self/stat/x')).toEqual([]);
  });
});

describe('machine', () => {
  test.each([
    ['22.17.9', false],
    ['20.99.0', false],
    ['22.18.0', true],
    ['24.0.0', true],
  ])('Node %s', (version, isGood) => {
    const check = checkNode(version);
    expect('ok' in check).toBe(isGood);
    expect(isGood ? check : undefined).toEqual(isGood ? { ok: expect.stringContaining(version) } : undefined);
  });
  test('no shell', () => {
    expect(checkShell({ message: 'none', hint: 'WSL' })).toEqual(finding('ORCH_HOST_LIMITED', 'warning', /none/));
  });
  test.each([
    [{ sight: 'none', knowsBoot: false } as const, /not adopted.*run again/],
    [{ sight: 'ps', knowsBoot: false } as const, /adopted by ps.*30 s/],
    [{ sight: 'proc', knowsBoot: false } as const, /does not say when/],
  ])('%j is a note', (sight, words) => {
    expect(checkAdoption(sight)).toEqual(finding('ORCH_HOST_LIMITED', 'note', words));
  });
  test('no cache folder', () => {
    expect(checkCache(undefined)).toEqual(finding('ORCH_HOST_LIMITED', 'note', /kept nowhere/));
  });
});
