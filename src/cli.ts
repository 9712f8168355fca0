#!/usr/bin/env node
import { main } from './command-line/main.js'

process.exitCode = await main({
  argv: process.argv.slice(2),
  program: [process.execPath, ...process.execArgv, process.argv[1] ?? ''],
  environment: process.env,
  workingDirectory: process.cwd(),
  endsProcess: true,
  stdout: process.stdout,
  stderr: process.stderr,
})
// An explicit exit: keep-alive sockets would hold the process for minutes after the work is done.
process.stdout.write('', () => process.stderr.write('', () => process.exit()))
