import { statfsSync } from 'node:fs';
import type { StatsFs } from 'node:fs';
import { dirname } from 'node:path';
import { count, formatBytes } from '../view/text.ts';
import type { Check } from './check.ts';

/** What is said of a file system, as `statfs` answers. */
type Room = Pick<StatsFs, 'type' | 'bsize' | 'bavail' | 'files' | 'ffree'>;

/** Below it a command that prints much, or a large plan, may fill the disk. */
const leastBytes = 256 * 1024 * 1024;
/** An attempt takes two, a run some more. */
const leastInodes = 5_000;

/** Of the file system that a folder is on, or will be once it is made. */
export function fileSystemChecks(folder: string): readonly Check[] {
  const room = roomAt(folder);
  return room === undefined ? [] : [checkRoom(folder, room), ...checkKind(folder, room)];
}

function roomAt(folder: string): Room | undefined {
  try {
    return statfsSync(folder);
  } catch (error) {
    const above = dirname(folder);
    return (error as NodeJS.ErrnoException).code === 'ENOENT' && above !== folder ? roomAt(above) : undefined;
  }
}

export function checkRoom(folder: string, { bsize, bavail, files, ffree }: Room): Check {
  const bytes = bsize * bavail;
  // Some file systems, as btrfs, make inodes as they need them and say that they have none.
  const lacksInodes = files > 0 && ffree < leastInodes;
  const inodes = files > 0 ? ` and ${count(ffree, 'inode')}` : '';
  const free = `${formatBytes(bytes)}${inodes} free`;
  if (bytes >= leastBytes && !lacksInodes) return { ok: `the disk of ${folder}: ${free}` };
  return {
    finding: {
      code: 'ORCH_STATE_SPACE',
      severity: 'warning',
      file: folder,
      message: `The disk of ${folder} is nearly full: ${free}.`,
      hint: 'A full disk stops runs with exit code 5. Make room, for instance: orch prune --older-than 30d --dry-run',
    },
  };
}

/** By the numbers of statfs(2). Neither the order of calls nor locks can be relied on there. */
const networks: Readonly<Record<number, string>> = {
  0x00_00_51_7b: 'SMB',
  0x00_00_56_4c: 'NCP',
  0x00_00_69_69: 'NFS',
  0x00_c3_64_00: 'Ceph',
  0x01_02_19_97: '9p, a folder of another machine',
  0x0b_d0_0b_d0: 'Lustre',
  0x53_46_41_4f: 'AFS',
  0x6b_41_46_53: 'AFS',
  0x73_75_72_45: 'Coda',
  0x78_6f_42_56: 'vboxsf, a folder of another machine',
  0xfe_53_4d_42: 'SMB',
  0xff_53_4d_42: 'SMB',
};

/** sshfs and rclone are, and so is much that is local. */
const fuse = 0x65_73_55_46;

export function checkKind(folder: string, { type }: Pick<Room, 'type'>): readonly Check[] {
  if (process.platform !== 'linux') return [];
  const kind = type >>> 0;
  const name = networks[kind];
  if (name === undefined && kind !== fuse) return [];
  const message =
    name === undefined
      ? `${folder} is on a FUSE file system, which may be a network one.`
      : `${folder} is on a network file system (${name}).`;
  return [
    {
      finding: {
        code: 'ORCH_STATE_NETWORK',
        severity: name === undefined ? 'note' : 'warning',
        file: folder,
        message,
        hint: 'Keep state on a local disk (--state-dir, ORCH_STATE): a network does not keep the order of calls that keeps two processes from writing one run.',
      },
    },
  ];
}
