import type { Operation } from '../option-list.js'

/** A command as one would type it, with what it is for. */
export interface Example {
  for: string
  command: string
}

type Explained = Operation | 'schedule' | 'init' | 'completion' | 'help'

/** The examples of the help; each of them is parsed by a test. */
export const EXAMPLES: Readonly<Record<Explained, readonly Example[]>> = {
  backup: [
    {
      for: 'A first backup, proven by restoring it into a throw-away cluster',
      command: 'pg-lifeboat backup --database-url postgresql://backup@db/app --store /backups/app',
    },
    {
      for: 'Two tables every day, kept for a week',
      command: 'pg-lifeboat backup --type daily --tables animals,parts --keep-daily 7',
    },
    {
      for: 'Encrypted, with a copy at another place',
      command: 'pg-lifeboat backup --type weekly --encrypt-to age1… --copies backup@offsite.example.org:/backups/app',
    },
    { for: 'Every database of lifeboat.yml, three at a time', command: 'pg-lifeboat backup --all --parallel 3' },
  ],
  validate: [
    { for: 'The newest backup', command: 'pg-lifeboat validate --store /backups/app --backup latest' },
    { for: 'A dump that another tool made', command: 'pg-lifeboat validate --backup old-dump.sql.gz' },
    { for: 'Old sets, for rot', command: 'pg-lifeboat validate --store /backups/app --rotate-check' },
  ],
  restore: [
    {
      for: 'Into a new database, beside the living one',
      command: 'pg-lifeboat restore --store /backups/app --target-url postgresql://postgres@db/app_restored',
    },
    {
      for: 'In place of the living one, which is kept under another name',
      command:
        'pg-lifeboat restore --store /backups/app --target-url postgresql://postgres@db/app --restore-mode replace --confirm app',
    },
  ],
  rotate: [
    { for: 'What would be removed, and why', command: 'pg-lifeboat rotate --store /backups/app --dry-run' },
    { for: 'With other rules than usual', command: 'pg-lifeboat rotate --store /backups/app --keep-monthly 12' },
  ],
  drill: [
    {
      for: 'The quarterly drill, with a report to commit',
      command:
        'pg-lifeboat drill --store /backups/app --scenario latest,clean-room --drill-report docs/drills/2026-Q4.md',
    },
  ],
  report: [
    {
      for: 'The week in figures, for a machine',
      command: 'pg-lifeboat report --store /backups/app --period weekly --timezone Europe/Madrid --json',
    },
  ],
  watch: [
    {
      for: 'Fail when backups stop coming',
      command: 'pg-lifeboat watch --store /backups/app --max-age daily=26h,weekly=8d',
    },
  ],
  maintain: [
    {
      for: 'What would be cleaned up',
      command: 'pg-lifeboat maintain --store /backups/app --database-url postgresql://postgres@db/app --dry-run',
    },
  ],
  doctor: [
    { for: 'Before the first backup', command: 'pg-lifeboat doctor --type daily' },
    {
      for: 'With the very options of a backup',
      command: 'pg-lifeboat doctor --database-url postgresql://backup@db/app --store /backups/app',
    },
  ],
  plan: [{ for: 'The jobs of a workflow, for its matrix', command: 'pg-lifeboat plan --json' }],
  schedule: [
    { for: 'As the command of a service', command: 'pg-lifeboat schedule --config /etc/pg-lifeboat/lifeboat.yml' },
  ],
  init: [
    {
      for: 'For one database',
      command: 'pg-lifeboat init --database-url postgresql://backup@db/app --store /backups/app',
    },
    { for: 'Only look at it', command: 'pg-lifeboat init --output -' },
  ],
  completion: [
    { for: 'bash, for this session', command: 'source <(pg-lifeboat completion bash)' },
    {
      for: 'bash, from now on',
      command: 'pg-lifeboat completion bash > ~/.local/share/bash-completion/completions/pg-lifeboat',
    },
    { for: 'zsh, into a folder of $fpath', command: 'pg-lifeboat completion zsh > ~/.zfunc/_pg-lifeboat' },
    { for: 'fish', command: 'pg-lifeboat completion fish > ~/.config/fish/completions/pg-lifeboat.fish' },
  ],
  help: [
    { for: 'An operation', command: 'pg-lifeboat help restore' },
    { for: 'A topic', command: 'pg-lifeboat help exit-codes' },
  ],
}
