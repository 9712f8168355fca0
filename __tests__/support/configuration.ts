import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { loadConfiguration, type LoadedConfiguration } from '../../src/config/configuration.js'
import { temporaryFolder } from './temporary.js'

/** What a run is given besides its file. */
export interface Told {
  flags?: Readonly<Record<string, unknown>>
  environment?: Readonly<Record<string, string>>
}

/** A folder that configurations are read from; `removeTemporaryFolders` removes it. */
export class LoaderFolder {
  private constructor(readonly folder: string) {}

  static async make(): Promise<LoaderFolder> {
    return new LoaderFolder(await temporaryFolder())
  }

  /** Loads a lifeboat.yml of this text. */
  async load(text: string, told: Told = {}): Promise<LoadedConfiguration> {
    await this.write('lifeboat.yml', text)
    return this.loadWhatIsThere(told)
  }

  async loadWhatIsThere({ flags = {}, environment = {} }: Told = {}): Promise<LoadedConfiguration> {
    return loadConfiguration({ label: (name) => `--${name}`, values: flags }, environment, this.folder)
  }

  write(name: string, content: string | Uint8Array): Promise<void> {
    return writeFile(path.join(this.folder, name), content)
  }
}
