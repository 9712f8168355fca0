import { UsageError } from '../errors.js'
import { kindOfLocation, type Location } from '../stores/location.js'

/** What a store's location names; null for what names nothing, which the operation tells when it opens its stores. */
export function knownLocation(location: string): Location | null {
  try {
    return kindOfLocation(location)
  } catch (error) {
    if (error instanceof UsageError) {
      return null
    }
    throw error
  }
}
