import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

import type { TestCluster } from '../cluster.js'

const FOLDER = fileURLToPath(new URL('applications', import.meta.url))

/** Databases in the style of real applications, by the names of their files in `applications/`. */
export const APPLICATIONS: readonly string[] = readdirSync(FOLDER)
  .filter((file) => file.endsWith('.sql'))
  .map((file) => file.slice(0, -'.sql'.length))
  .sort()

/** Makes one of them, of its own name; a quarter of a second. See the head of its file for what is in it. */
export async function createApplication(cluster: TestCluster, application: string): Promise<void> {
  await cluster.createDatabase(application)
  await cluster.psql({ file: `${FOLDER}/${application}.sql` }, application)
}

/** Makes all of them. */
export async function createApplications(cluster: TestCluster): Promise<void> {
  for (const application of APPLICATIONS) await createApplication(cluster, application)
}
