import { between } from './generated.mjs'

const LOOK = { columns: 100, colours: false }

/** docs/command-line.md with what the command line prints itself. */
export function commandLinePage(page, { programHelp, topicHelp, commandSpecs, TOPICS }) {
  const topics = TOPICS.map((topic) => block('text', topicHelp(topic, LOOK)))
  const examples = commandSpecs()
    .map(({ examples }) => examples.map(({ for: purpose, command }) => `# ${purpose}\n${command}`).join('\n'))
    .join('\n\n')
  return [
    // The version would make the page stale with every release.
    ['program-help', block('text', programHelp(LOOK).replace(/^pg-lifeboat \S+:/, 'pg-lifeboat:'))],
    ['topics', topics.join('\n\n')],
    ['examples', `<!-- not run: a test reads each of them as the command line does -->\n\n${block('sh', examples)}`],
  ].reduce((text, [name, content]) => between(text, name, content), page)
}

function block(language, text) {
  return `\`\`\`${language}\n${text.trimEnd()}\n\`\`\``
}
