import type { Kind } from './findings.js'

/** What can be found on the stores that sets are copied to; a part of the one list. */
export const COPY_FINDINGS = {
  COPY_NOT_READY: {
    severity: 'warning',
    meaning:
      'Something is in the way of a copy: its store cannot be reached or written to, holds another series, or has too little room.',
    advice: 'The backup is taken all the same, and the copy is tried at its end. Mend what keeps it from succeeding.',
  },
  COPY_FAILED: {
    severity: 'error',
    meaning: 'A set could not be brought to one of the copies.',
    advice: 'The primary store has its set all the same. Mend what is said; the next run brings the copy up to date.',
  },
  COPY_SOURCE_DAMAGED: {
    severity: 'error',
    meaning: 'An earlier set turned out to be damaged in the primary store when it was to be copied.',
    advice:
      'Validate it by its id: it counts as failed then, and is not tried again. Look whether another copy still has it whole.',
  },
  COPY_NOT_ROTATED: {
    severity: 'error',
    meaning: 'The retention policy could not be applied to one of the copies.',
    advice: 'Mend what is said; the next rotation tries again. No set that should be kept was touched.',
  },
  STORE_NOT_CHECKED: {
    severity: 'inconclusive',
    meaning: 'In one of the stores no set could be validated: it holds none, or it could not be read.',
    advice: 'Check the options store and copies, and that the store can be reached.',
  },
} as const satisfies Record<string, Kind>
