import { jest } from '@jest/globals'
import { ArtifactFixture } from '../../support/artifact-fixture.js'
import { storeContract } from '../../support/store-contract.js'

jest.setTimeout(60_000)

storeContract('A store of GitHub artifacts', () => ArtifactFixture.make())
