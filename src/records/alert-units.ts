/** Units of alert limits: how many base units (seconds, bytes, one) each is. */
export const TIME_UNITS = { ms: 0.001, s: 1, min: 60, h: 3600, d: 86_400 } as const

/** `KB` to `TB` are powers of 1000, as disks are sold; `KiB` to `TiB` are powers of 1024. */
export const BYTE_UNITS = {
  B: 1,
  KB: 1e3,
  MB: 1e6,
  GB: 1e9,
  TB: 1e12,
  KiB: 1024,
  MiB: 1024 ** 2,
  GiB: 1024 ** 3,
  TiB: 1024 ** 4,
} as const
