import type { Kind } from './findings.js'

/** What can be found of encrypted and signed sets; a part of the one list. */
export const SEALING_FINDINGS = {
  DECRYPT_KEY_MISSING: {
    severity: 'inconclusive',
    meaning:
      'The set is encrypted and there is no key to read it: its files are as they were stored, no more is known.',
    advice: 'Give the age identity that reads it in decrypt-key.',
  },
  DECRYPT_KEY_WRONG: {
    severity: 'error',
    meaning: 'The set is encrypted to other keys than the given one. That says nothing bad of the set.',
    advice:
      'Give the identity of one of the recipients that the manifest lists (encryption.recipients); old sets need old keys.',
  },
  DECRYPT_FAILED: {
    severity: 'error',
    meaning: 'An encrypted file is what was stored, and yet it cannot be decrypted to its end.',
    advice: 'Use another set. The file was damaged or exchanged by something that also rewrote the checksums.',
  },
  SEALED_SET_DIFFERS: {
    severity: 'error',
    meaning: 'What an encrypted set holds is not what its readable manifest says.',
    advice: 'Do not trust this set; somebody put together what does not belong together.',
  },
  SIGNATURE_MISSING: {
    severity: 'error',
    meaning: 'The set is not signed, and only sets that are signed with one of the trusted-keys are accepted.',
    advice: 'If it was taken before sets were signed, validate it without trusted-keys. Otherwise do not trust it.',
  },
  SIGNATURE_WRONG: {
    severity: 'error',
    meaning: 'The signature of the manifest was not made over this manifest by one of the trusted-keys.',
    advice: 'If the signing key was changed, add its old public key to trusted-keys. Otherwise do not trust the set.',
  },
} as const satisfies Record<string, Kind>

/** These speak of the keys at hand as much as of the set, so they are never kept with the set as its outcome. */
export const KEY_FINDINGS: readonly string[] = [
  'DECRYPT_KEY_MISSING',
  'DECRYPT_KEY_WRONG',
  'SIGNATURE_MISSING',
  'SIGNATURE_WRONG',
] satisfies (keyof typeof SEALING_FINDINGS)[]
