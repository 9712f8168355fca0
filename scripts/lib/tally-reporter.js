/**
 * Closes the run with one plain line of counts, and makes a run fail in which a whole project executed nothing: "all
 * passed" must not mean "all skipped".
 */
export default class TallyReporter {
  onRunComplete(_contexts, results) {
    const { numPassedTests, numFailedTests, numPendingTests, numFailedTestSuites } = results
    this.error = numPassedTests === 0 && numFailedTestSuites === 0 ? new Error('No test was executed.') : undefined
    console.log(`${numPassedTests} passed, ${numFailedTests} failed, ${numPendingTests} skipped`)
  }

  getLastError() {
    return this.error
  }
}
