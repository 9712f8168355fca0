/** PostgreSQL's server encodings by the names that the Encoding Standard has for them, where it has one. */
const LABELS: Readonly<Record<string, string>> = {
  UTF8: 'utf-8',
  SQL_ASCII: 'utf-8',
  EUC_JP: 'euc-jp',
  EUC_CN: 'gbk',
  EUC_KR: 'euc-kr',
  LATIN2: 'iso-8859-2',
  LATIN3: 'iso-8859-3',
  LATIN4: 'iso-8859-4',
  LATIN5: 'windows-1254',
  LATIN6: 'iso-8859-10',
  LATIN7: 'iso-8859-13',
  LATIN8: 'iso-8859-14',
  LATIN9: 'iso-8859-15',
  ISO_8859_5: 'iso-8859-5',
  ISO_8859_6: 'iso-8859-6',
  ISO_8859_7: 'iso-8859-7',
  ISO_8859_8: 'iso-8859-8',
  KOI8R: 'koi8-r',
  KOI8U: 'koi8-u',
  WIN866: 'ibm866',
  WIN874: 'windows-874',
  WIN1250: 'windows-1250',
  WIN1251: 'windows-1251',
  WIN1252: 'windows-1252',
  WIN1253: 'windows-1253',
  WIN1254: 'windows-1254',
  WIN1255: 'windows-1255',
  WIN1256: 'windows-1256',
  WIN1257: 'windows-1257',
  WIN1258: 'windows-1258',
}

/** What WIN1252 has from 0x80 to 0x9f; its other characters are those of LATIN1. Some versions of Node take it for LATIN1. */
const WIN1252 = '€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ'

/** What LATIN10 has from 0xa1 on. Node has no decoder of it, though the Encoding Standard names one. */
const LATIN10 = 'ĄąŁ€„Š§š©Ș«Ź\u00adźŻ°±ČłŽ”¶·žčș»ŒœŸżÀÁÂĂÄĆÆÇÈÉÊËÌÍÎÏĐŃÒÓÔŐÖŚŰÙÚÛÜĘȚßàáâăäćæçèéêëìíîïđńòóôőöśűùúûüęțÿ'

/** Reads bytes as text. */
export type Decoder = (bytes: Uint8Array) => string

/** Whether text in this encoding of PostgreSQL can be read here. Of a few (EUC_TW, MULE_INTERNAL) nothing is known. */
export function isReadable(encoding: string): boolean {
  return encoding === 'LATIN1' || encoding === 'LATIN10' || LABELS[encoding] !== undefined
}

/**
 * A reader of text in an encoding of PostgreSQL, by its name there; of UTF-8 for those that are not known. Bytes that are no
 * text in it are shown as U+FFFD, or with `fatal` are an error (`TypeError`).
 */
export function decoderOf(encoding: string, { fatal = false }: { fatal?: boolean } = {}): Decoder {
  if (encoding === 'LATIN1') return (bytes) => Buffer.from(bytes).toString('latin1')
  if (encoding === 'WIN1252') {
    return (bytes) =>
      Buffer.from(bytes)
        .toString('latin1')
        .replaceAll(/[\x80-\x9f]/g, (byte) => WIN1252[byte.charCodeAt(0) - 0x80] ?? byte)
  }
  if (encoding === 'LATIN10') {
    return (bytes) =>
      Buffer.from(bytes)
        .toString('latin1')
        .replaceAll(/[\xa1-\xff]/g, (byte) => LATIN10[byte.charCodeAt(0) - 0xa1] ?? byte)
  }
  const decoder = new TextDecoder(LABELS[encoding] ?? 'utf-8', { fatal, ignoreBOM: true })
  return (bytes) => decoder.decode(bytes)
}
