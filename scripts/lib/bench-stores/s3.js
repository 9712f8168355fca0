/** A store of S3 beside `aws s3 cp`, both to the server of the tests. */
export async function kinds(compiled) {
  const { openS3Place } = await compiled('src/stores/s3.js')
  const { systemClock } = await compiled('src/platform/clock.js')
  const { memoryLogger } = await compiled('__tests__/support/ports.js')
  const { CREDENTIALS, startS3Server } = await compiled('__tests__/support/s3-server.js')
  const env = {
    AWS_ACCESS_KEY_ID: CREDENTIALS.accessKeyId,
    AWS_SECRET_ACCESS_KEY: CREDENTIALS.secretAccessKey,
    AWS_DEFAULT_REGION: 'us-east-1',
  }

  return [
    {
      name: 'S3',
      start: async () => {
        const server = await startS3Server()
        const bucket = await server.bucket()
        const place = openS3Place(`s3://${bucket}/ours?endpoint=${server.url}`, {
          logger: memoryLogger(),
          clock: systemClock,
          environment: {},
          credentials: async () => CREDENTIALS,
        })
        const copy = (from, to) => ({
          program: 'aws',
          args: ['--endpoint-url', server.url, 's3', 'cp', '--recursive', '--quiet', from, to],
          env,
        })
        return {
          place,
          plain: {
            send: (from, name) => copy(from, `s3://${bucket}/plain/${name}`),
            fetch: (name, to) => copy(`s3://${bucket}/plain/${name}`, to),
          },
          stop: async () => {
            await place.close()
            await server.stop()
          },
        }
      },
    },
  ]
}
