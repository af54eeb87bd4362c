#!/usr/bin/env node
// No syntax newer than Node 12 in this file: an old Node has to get as far as the sentence below.
var version = process.versions.node.split('.').map(Number);
if (version[0] < 22 || (version[0] === 22 && version[1] < 18)) {
  console.error('orch needs Node 22.18 or newer, and this is Node ' + process.versions.node + '.');
  process.exitCode = 2;
} else {
  void import('../dist/main.js');
}
