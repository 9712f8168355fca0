#!/usr/bin/env node
import { createRequire as __WEBPACK_EXTERNAL_createRequire } from "module";
/******/ var __webpack_modules__ = ({

/***/ 21916:
/***/ ((__unused_webpack_module, exports) => {

var __webpack_unused_export__;

__webpack_unused_export__ = true;
exports.Io = __webpack_unused_export__ = void 0;
var peq = new Uint32Array(0x10000);
var myers_32 = function (a, b) {
    var n = a.length;
    var m = b.length;
    var lst = 1 << (n - 1);
    var pv = -1;
    var mv = 0;
    var sc = n;
    var i = n;
    while (i--) {
        peq[a.charCodeAt(i)] |= 1 << i;
    }
    for (i = 0; i < m; i++) {
        var eq = peq[b.charCodeAt(i)];
        var xv = eq | mv;
        eq |= ((eq & pv) + pv) ^ pv;
        mv |= ~(eq | pv);
        pv &= eq;
        if (mv & lst) {
            sc++;
        }
        if (pv & lst) {
            sc--;
        }
        mv = (mv << 1) | 1;
        pv = (pv << 1) | ~(xv | mv);
        mv &= xv;
    }
    i = n;
    while (i--) {
        peq[a.charCodeAt(i)] = 0;
    }
    return sc;
};
var myers_x = function (b, a) {
    var n = a.length;
    var m = b.length;
    var mhc = [];
    var phc = [];
    var hsize = Math.ceil(n / 32);
    var vsize = Math.ceil(m / 32);
    for (var i = 0; i < hsize; i++) {
        phc[i] = -1;
        mhc[i] = 0;
    }
    var j = 0;
    for (; j < vsize - 1; j++) {
        var mv_1 = 0;
        var pv_1 = -1;
        var start_1 = j * 32;
        var vlen_1 = Math.min(32, m) + start_1;
        for (var k = start_1; k < vlen_1; k++) {
            peq[b.charCodeAt(k)] |= 1 << k;
        }
        for (var i = 0; i < n; i++) {
            var eq = peq[a.charCodeAt(i)];
            var pb = (phc[(i / 32) | 0] >>> i) & 1;
            var mb = (mhc[(i / 32) | 0] >>> i) & 1;
            var xv = eq | mv_1;
            var xh = ((((eq | mb) & pv_1) + pv_1) ^ pv_1) | eq | mb;
            var ph = mv_1 | ~(xh | pv_1);
            var mh = pv_1 & xh;
            if ((ph >>> 31) ^ pb) {
                phc[(i / 32) | 0] ^= 1 << i;
            }
            if ((mh >>> 31) ^ mb) {
                mhc[(i / 32) | 0] ^= 1 << i;
            }
            ph = (ph << 1) | pb;
            mh = (mh << 1) | mb;
            pv_1 = mh | ~(xv | ph);
            mv_1 = ph & xv;
        }
        for (var k = start_1; k < vlen_1; k++) {
            peq[b.charCodeAt(k)] = 0;
        }
    }
    var mv = 0;
    var pv = -1;
    var start = j * 32;
    var vlen = Math.min(32, m - start) + start;
    for (var k = start; k < vlen; k++) {
        peq[b.charCodeAt(k)] |= 1 << k;
    }
    var score = m;
    for (var i = 0; i < n; i++) {
        var eq = peq[a.charCodeAt(i)];
        var pb = (phc[(i / 32) | 0] >>> i) & 1;
        var mb = (mhc[(i / 32) | 0] >>> i) & 1;
        var xv = eq | mv;
        var xh = ((((eq | mb) & pv) + pv) ^ pv) | eq | mb;
        var ph = mv | ~(xh | pv);
        var mh = pv & xh;
        score += (ph >>> (m - 1)) & 1;
        score -= (mh >>> (m - 1)) & 1;
        if ((ph >>> 31) ^ pb) {
            phc[(i / 32) | 0] ^= 1 << i;
        }
        if ((mh >>> 31) ^ mb) {
            mhc[(i / 32) | 0] ^= 1 << i;
        }
        ph = (ph << 1) | pb;
        mh = (mh << 1) | mb;
        pv = mh | ~(xv | ph);
        mv = ph & xv;
    }
    for (var k = start; k < vlen; k++) {
        peq[b.charCodeAt(k)] = 0;
    }
    return score;
};
var distance = function (a, b) {
    if (a.length < b.length) {
        var tmp = b;
        b = a;
        a = tmp;
    }
    if (b.length === 0) {
        return a.length;
    }
    if (a.length <= 32) {
        return myers_32(a, b);
    }
    return myers_x(a, b);
};
exports.Io = distance;
var closest = function (str, arr) {
    var min_distance = Infinity;
    var min_index = 0;
    for (var i = 0; i < arr.length; i++) {
        var dist = distance(str, arr[i]);
        if (dist < min_distance) {
            min_distance = dist;
            min_index = i;
        }
    }
    return arr[min_index];
};
__webpack_unused_export__ = closest;


/***/ }),

/***/ 42613:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("assert");

/***/ }),

/***/ 20181:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("buffer");

/***/ }),

/***/ 35317:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("child_process");

/***/ }),

/***/ 49140:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("constants");

/***/ }),

/***/ 76982:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("crypto");

/***/ }),

/***/ 72250:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("dns");

/***/ }),

/***/ 24434:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("events");

/***/ }),

/***/ 79896:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("fs");

/***/ }),

/***/ 91943:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("fs/promises");

/***/ }),

/***/ 58611:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("http");

/***/ }),

/***/ 65692:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("https");

/***/ }),

/***/ 69278:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("net");

/***/ }),

/***/ 34589:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:assert");

/***/ }),

/***/ 16698:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:async_hooks");

/***/ }),

/***/ 4573:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:buffer");

/***/ }),

/***/ 31421:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:child_process");

/***/ }),

/***/ 37540:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:console");

/***/ }),

/***/ 77598:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:crypto");

/***/ }),

/***/ 53053:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:diagnostics_channel");

/***/ }),

/***/ 40610:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:dns");

/***/ }),

/***/ 71553:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:dns/promises");

/***/ }),

/***/ 78474:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:events");

/***/ }),

/***/ 73024:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:fs");

/***/ }),

/***/ 51455:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:fs/promises");

/***/ }),

/***/ 37067:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:http");

/***/ }),

/***/ 32467:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:http2");

/***/ }),

/***/ 44708:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:https");

/***/ }),

/***/ 98995:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:module");

/***/ }),

/***/ 77030:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:net");

/***/ }),

/***/ 48161:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:os");

/***/ }),

/***/ 76760:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:path");

/***/ }),

/***/ 643:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:perf_hooks");

/***/ }),

/***/ 1708:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:process");

/***/ }),

/***/ 41792:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:querystring");

/***/ }),

/***/ 57075:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:stream");

/***/ }),

/***/ 38321:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:stream/consumers");

/***/ }),

/***/ 46466:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:stream/promises");

/***/ }),

/***/ 46193:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:string_decoder");

/***/ }),

/***/ 58500:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:timers/promises");

/***/ }),

/***/ 41692:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:tls");

/***/ }),

/***/ 73136:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:url");

/***/ }),

/***/ 57975:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:util");

/***/ }),

/***/ 73429:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:util/types");

/***/ }),

/***/ 75919:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:worker_threads");

/***/ }),

/***/ 38522:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:zlib");

/***/ }),

/***/ 70857:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("os");

/***/ }),

/***/ 16928:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("path");

/***/ }),

/***/ 932:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("process");

/***/ }),

/***/ 2203:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("stream");

/***/ }),

/***/ 13193:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("string_decoder");

/***/ }),

/***/ 53557:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("timers");

/***/ }),

/***/ 64756:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("tls");

/***/ }),

/***/ 52018:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("tty");

/***/ }),

/***/ 87016:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("url");

/***/ }),

/***/ 39023:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("util");

/***/ }),

/***/ 98253:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("util/types");

/***/ }),

/***/ 43106:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("zlib");

/***/ }),

/***/ 18909:
/***/ ((__unused_webpack_module, exports, __nccwpck_require__) => {

const { Argument } = __nccwpck_require__(49154);
const { Command } = __nccwpck_require__(34348);
const { CommanderError, InvalidArgumentError } = __nccwpck_require__(41135);
const { Help } = __nccwpck_require__(79754);
const { Option } = __nccwpck_require__(45240);

exports.DM = new Command();

exports.gu = (name) => new Command(name);
exports.Ww = (flags, description) => new Option(flags, description);
exports.er = (name, description) => new Argument(name, description);

/**
 * Expose classes
 */

exports.uB = Command;
exports.c$ = Option;
exports.ef = Argument;
exports._V = Help;

exports.b7 = CommanderError;
exports.Di = InvalidArgumentError;
exports.a2 = InvalidArgumentError; // Deprecated


/***/ }),

/***/ 49154:
/***/ ((__unused_webpack_module, exports, __nccwpck_require__) => {

const { InvalidArgumentError } = __nccwpck_require__(41135);

class Argument {
  /**
   * Initialize a new command argument with the given name and description.
   * The default is that the argument is required, and you can explicitly
   * indicate this with <> around the name. Put [] around the name for an optional argument.
   *
   * @param {string} name
   * @param {string} [description]
   */

  constructor(name, description) {
    this.description = description || '';
    this.variadic = false;
    this.parseArg = undefined;
    this.defaultValue = undefined;
    this.defaultValueDescription = undefined;
    this.argChoices = undefined;

    switch (name[0]) {
      case '<': // e.g. <required>
        this.required = true;
        this._name = name.slice(1, -1);
        break;
      case '[': // e.g. [optional]
        this.required = false;
        this._name = name.slice(1, -1);
        break;
      default:
        this.required = true;
        this._name = name;
        break;
    }

    if (this._name.endsWith('...')) {
      this.variadic = true;
      this._name = this._name.slice(0, -3);
    }
  }

  /**
   * Return argument name.
   *
   * @return {string}
   */

  name() {
    return this._name;
  }

  /**
   * @package
   */

  _collectValue(value, previous) {
    if (previous === this.defaultValue || !Array.isArray(previous)) {
      return [value];
    }

    previous.push(value);
    return previous;
  }

  /**
   * Set the default value, and optionally supply the description to be displayed in the help.
   *
   * @param {*} value
   * @param {string} [description]
   * @return {Argument}
   */

  default(value, description) {
    this.defaultValue = value;
    this.defaultValueDescription = description;
    return this;
  }

  /**
   * Set the custom handler for processing CLI command arguments into argument values.
   *
   * @param {Function} [fn]
   * @return {Argument}
   */

  argParser(fn) {
    this.parseArg = fn;
    return this;
  }

  /**
   * Only allow argument value to be one of choices.
   *
   * @param {string[]} values
   * @return {Argument}
   */

  choices(values) {
    this.argChoices = values.slice();
    this.parseArg = (arg, previous) => {
      if (!this.argChoices.includes(arg)) {
        throw new InvalidArgumentError(
          `Allowed choices are ${this.argChoices.join(', ')}.`,
        );
      }
      if (this.variadic) {
        return this._collectValue(arg, previous);
      }
      return arg;
    };
    return this;
  }

  /**
   * Make argument required.
   *
   * @returns {Argument}
   */
  argRequired() {
    this.required = true;
    return this;
  }

  /**
   * Make argument optional.
   *
   * @returns {Argument}
   */
  argOptional() {
    this.required = false;
    return this;
  }
}

/**
 * Takes an argument and returns its human readable equivalent for help usage.
 *
 * @param {Argument} arg
 * @return {string}
 * @private
 */

function humanReadableArgName(arg) {
  const nameOutput = arg.name() + (arg.variadic === true ? '...' : '');

  return arg.required ? '<' + nameOutput + '>' : '[' + nameOutput + ']';
}

exports.Argument = Argument;
exports.humanReadableArgName = humanReadableArgName;


/***/ }),

/***/ 34348:
/***/ ((__unused_webpack_module, exports, __nccwpck_require__) => {

const EventEmitter = (__nccwpck_require__(78474).EventEmitter);
const childProcess = __nccwpck_require__(31421);
const path = __nccwpck_require__(76760);
const fs = __nccwpck_require__(73024);
const process = __nccwpck_require__(1708);

const { Argument, humanReadableArgName } = __nccwpck_require__(49154);
const { CommanderError } = __nccwpck_require__(41135);
const { Help, stripColor } = __nccwpck_require__(79754);
const { Option, DualOptions } = __nccwpck_require__(45240);
const { suggestSimilar } = __nccwpck_require__(65030);

class Command extends EventEmitter {
  /**
   * Initialize a new `Command`.
   *
   * @param {string} [name]
   */

  constructor(name) {
    super();
    /** @type {Command[]} */
    this.commands = [];
    /** @type {Option[]} */
    this.options = [];
    this.parent = null;
    this._allowUnknownOption = false;
    this._allowExcessArguments = false;
    /** @type {Argument[]} */
    this.registeredArguments = [];
    this._args = this.registeredArguments; // deprecated old name
    /** @type {string[]} */
    this.args = []; // cli args with options removed
    this.rawArgs = [];
    this.processedArgs = []; // like .args but after custom processing and collecting variadic
    this._scriptPath = null;
    this._name = name || '';
    this._optionValues = {};
    this._optionValueSources = {}; // default, env, cli etc
    this._storeOptionsAsProperties = false;
    this._actionHandler = null;
    this._executableHandler = false;
    this._executableFile = null; // custom name for executable
    this._executableDir = null; // custom search directory for subcommands
    this._defaultCommandName = null;
    this._exitCallback = null;
    this._aliases = [];
    this._combineFlagAndOptionalValue = true;
    this._description = '';
    this._summary = '';
    this._argsDescription = undefined; // legacy
    this._enablePositionalOptions = false;
    this._passThroughOptions = false;
    this._lifeCycleHooks = {}; // a hash of arrays
    /** @type {(boolean | string)} */
    this._showHelpAfterError = false;
    this._showSuggestionAfterError = true;
    this._savedState = null; // used in save/restoreStateBeforeParse

    // see configureOutput() for docs
    this._outputConfiguration = {
      writeOut: (str) => process.stdout.write(str),
      writeErr: (str) => process.stderr.write(str),
      outputError: (str, write) => write(str),
      getOutHelpWidth: () =>
        process.stdout.isTTY ? process.stdout.columns : undefined,
      getErrHelpWidth: () =>
        process.stderr.isTTY ? process.stderr.columns : undefined,
      getOutHasColors: () =>
        useColor() ?? (process.stdout.isTTY && process.stdout.hasColors?.()),
      getErrHasColors: () =>
        useColor() ?? (process.stderr.isTTY && process.stderr.hasColors?.()),
      stripColor: (str) => stripColor(str),
    };

    this._hidden = false;
    /** @type {(Option | null | undefined)} */
    this._helpOption = undefined; // Lazy created on demand. May be null if help option is disabled.
    this._addImplicitHelpCommand = undefined; // undecided whether true or false yet, not inherited
    /** @type {Command} */
    this._helpCommand = undefined; // lazy initialised, inherited
    this._helpConfiguration = {};
    /** @type {string | undefined} */
    this._helpGroupHeading = undefined; // soft initialised when added to parent
    /** @type {string | undefined} */
    this._defaultCommandGroup = undefined;
    /** @type {string | undefined} */
    this._defaultOptionGroup = undefined;
  }

  /**
   * Copy settings that are useful to have in common across root command and subcommands.
   *
   * (Used internally when adding a command using `.command()` so subcommands inherit parent settings.)
   *
   * @param {Command} sourceCommand
   * @return {Command} `this` command for chaining
   */
  copyInheritedSettings(sourceCommand) {
    this._outputConfiguration = sourceCommand._outputConfiguration;
    this._helpOption = sourceCommand._helpOption;
    this._helpCommand = sourceCommand._helpCommand;
    this._helpConfiguration = sourceCommand._helpConfiguration;
    this._exitCallback = sourceCommand._exitCallback;
    this._storeOptionsAsProperties = sourceCommand._storeOptionsAsProperties;
    this._combineFlagAndOptionalValue =
      sourceCommand._combineFlagAndOptionalValue;
    this._allowExcessArguments = sourceCommand._allowExcessArguments;
    this._enablePositionalOptions = sourceCommand._enablePositionalOptions;
    this._showHelpAfterError = sourceCommand._showHelpAfterError;
    this._showSuggestionAfterError = sourceCommand._showSuggestionAfterError;

    return this;
  }

  /**
   * @returns {Command[]}
   * @private
   */

  _getCommandAndAncestors() {
    const result = [];
    // eslint-disable-next-line @typescript-eslint/no-this-alias
    for (let command = this; command; command = command.parent) {
      result.push(command);
    }
    return result;
  }

  /**
   * Define a command.
   *
   * There are two styles of command: pay attention to where to put the description.
   *
   * @example
   * // Command implemented using action handler (description is supplied separately to `.command`)
   * program
   *   .command('clone <source> [destination]')
   *   .description('clone a repository into a newly created directory')
   *   .action((source, destination) => {
   *     console.log('clone command called');
   *   });
   *
   * // Command implemented using separate executable file (description is second parameter to `.command`)
   * program
   *   .command('start <service>', 'start named service')
   *   .command('stop [service]', 'stop named service, or all if no name supplied');
   *
   * @param {string} nameAndArgs - command name and arguments, args are `<required>` or `[optional]` and last may also be `variadic...`
   * @param {(object | string)} [actionOptsOrExecDesc] - configuration options (for action), or description (for executable)
   * @param {object} [execOpts] - configuration options (for executable)
   * @return {Command} returns new command for action handler, or `this` for executable command
   */

  command(nameAndArgs, actionOptsOrExecDesc, execOpts) {
    let desc = actionOptsOrExecDesc;
    let opts = execOpts;
    if (typeof desc === 'object' && desc !== null) {
      opts = desc;
      desc = null;
    }
    opts = opts || {};
    const [, name, args] = nameAndArgs.match(/([^ ]+) *(.*)/);

    const cmd = this.createCommand(name);
    if (desc) {
      cmd.description(desc);
      cmd._executableHandler = true;
    }
    if (opts.isDefault) this._defaultCommandName = cmd._name;
    cmd._hidden = !!(opts.noHelp || opts.hidden); // noHelp is deprecated old name for hidden
    cmd._executableFile = opts.executableFile || null; // Custom name for executable file, set missing to null to match constructor
    if (args) cmd.arguments(args);
    this._registerCommand(cmd);
    cmd.parent = this;
    cmd.copyInheritedSettings(this);

    if (desc) return this;
    return cmd;
  }

  /**
   * Factory routine to create a new unattached command.
   *
   * See .command() for creating an attached subcommand, which uses this routine to
   * create the command. You can override createCommand to customise subcommands.
   *
   * @param {string} [name]
   * @return {Command} new command
   */

  createCommand(name) {
    return new Command(name);
  }

  /**
   * You can customise the help with a subclass of Help by overriding createHelp,
   * or by overriding Help properties using configureHelp().
   *
   * @return {Help}
   */

  createHelp() {
    return Object.assign(new Help(), this.configureHelp());
  }

  /**
   * You can customise the help by overriding Help properties using configureHelp(),
   * or with a subclass of Help by overriding createHelp().
   *
   * @param {object} [configuration] - configuration options
   * @return {(Command | object)} `this` command for chaining, or stored configuration
   */

  configureHelp(configuration) {
    if (configuration === undefined) return this._helpConfiguration;

    this._helpConfiguration = configuration;
    return this;
  }

  /**
   * The default output goes to stdout and stderr. You can customise this for special
   * applications. You can also customise the display of errors by overriding outputError.
   *
   * The configuration properties are all functions:
   *
   *     // change how output being written, defaults to stdout and stderr
   *     writeOut(str)
   *     writeErr(str)
   *     // change how output being written for errors, defaults to writeErr
   *     outputError(str, write) // used for displaying errors and not used for displaying help
   *     // specify width for wrapping help
   *     getOutHelpWidth()
   *     getErrHelpWidth()
   *     // color support, currently only used with Help
   *     getOutHasColors()
   *     getErrHasColors()
   *     stripColor() // used to remove ANSI escape codes if output does not have colors
   *
   * @param {object} [configuration] - configuration options
   * @return {(Command | object)} `this` command for chaining, or stored configuration
   */

  configureOutput(configuration) {
    if (configuration === undefined) return this._outputConfiguration;

    this._outputConfiguration = {
      ...this._outputConfiguration,
      ...configuration,
    };
    return this;
  }

  /**
   * Display the help or a custom message after an error occurs.
   *
   * @param {(boolean|string)} [displayHelp]
   * @return {Command} `this` command for chaining
   */
  showHelpAfterError(displayHelp = true) {
    if (typeof displayHelp !== 'string') displayHelp = !!displayHelp;
    this._showHelpAfterError = displayHelp;
    return this;
  }

  /**
   * Display suggestion of similar commands for unknown commands, or options for unknown options.
   *
   * @param {boolean} [displaySuggestion]
   * @return {Command} `this` command for chaining
   */
  showSuggestionAfterError(displaySuggestion = true) {
    this._showSuggestionAfterError = !!displaySuggestion;
    return this;
  }

  /**
   * Add a prepared subcommand.
   *
   * See .command() for creating an attached subcommand which inherits settings from its parent.
   *
   * @param {Command} cmd - new subcommand
   * @param {object} [opts] - configuration options
   * @return {Command} `this` command for chaining
   */

  addCommand(cmd, opts) {
    if (!cmd._name) {
      throw new Error(`Command passed to .addCommand() must have a name
- specify the name in Command constructor or using .name()`);
    }

    opts = opts || {};
    if (opts.isDefault) this._defaultCommandName = cmd._name;
    if (opts.noHelp || opts.hidden) cmd._hidden = true; // modifying passed command due to existing implementation

    this._registerCommand(cmd);
    cmd.parent = this;
    cmd._checkForBrokenPassThrough();

    return this;
  }

  /**
   * Factory routine to create a new unattached argument.
   *
   * See .argument() for creating an attached argument, which uses this routine to
   * create the argument. You can override createArgument to return a custom argument.
   *
   * @param {string} name
   * @param {string} [description]
   * @return {Argument} new argument
   */

  createArgument(name, description) {
    return new Argument(name, description);
  }

  /**
   * Define argument syntax for command.
   *
   * The default is that the argument is required, and you can explicitly
   * indicate this with <> around the name. Put [] around the name for an optional argument.
   *
   * @example
   * program.argument('<input-file>');
   * program.argument('[output-file]');
   *
   * @param {string} name
   * @param {string} [description]
   * @param {(Function|*)} [parseArg] - custom argument processing function or default value
   * @param {*} [defaultValue]
   * @return {Command} `this` command for chaining
   */
  argument(name, description, parseArg, defaultValue) {
    const argument = this.createArgument(name, description);
    if (typeof parseArg === 'function') {
      argument.default(defaultValue).argParser(parseArg);
    } else {
      argument.default(parseArg);
    }
    this.addArgument(argument);
    return this;
  }

  /**
   * Define argument syntax for command, adding multiple at once (without descriptions).
   *
   * See also .argument().
   *
   * @example
   * program.arguments('<cmd> [env]');
   *
   * @param {string} names
   * @return {Command} `this` command for chaining
   */

  arguments(names) {
    names
      .trim()
      .split(/ +/)
      .forEach((detail) => {
        this.argument(detail);
      });
    return this;
  }

  /**
   * Define argument syntax for command, adding a prepared argument.
   *
   * @param {Argument} argument
   * @return {Command} `this` command for chaining
   */
  addArgument(argument) {
    const previousArgument = this.registeredArguments.slice(-1)[0];
    if (previousArgument?.variadic) {
      throw new Error(
        `only the last argument can be variadic '${previousArgument.name()}'`,
      );
    }
    if (
      argument.required &&
      argument.defaultValue !== undefined &&
      argument.parseArg === undefined
    ) {
      throw new Error(
        `a default value for a required argument is never used: '${argument.name()}'`,
      );
    }
    this.registeredArguments.push(argument);
    return this;
  }

  /**
   * Customise or override default help command. By default a help command is automatically added if your command has subcommands.
   *
   * @example
   *    program.helpCommand('help [cmd]');
   *    program.helpCommand('help [cmd]', 'show help');
   *    program.helpCommand(false); // suppress default help command
   *    program.helpCommand(true); // add help command even if no subcommands
   *
   * @param {string|boolean} enableOrNameAndArgs - enable with custom name and/or arguments, or boolean to override whether added
   * @param {string} [description] - custom description
   * @return {Command} `this` command for chaining
   */

  helpCommand(enableOrNameAndArgs, description) {
    if (typeof enableOrNameAndArgs === 'boolean') {
      this._addImplicitHelpCommand = enableOrNameAndArgs;
      if (enableOrNameAndArgs && this._defaultCommandGroup) {
        // make the command to store the group
        this._initCommandGroup(this._getHelpCommand());
      }
      return this;
    }

    const nameAndArgs = enableOrNameAndArgs ?? 'help [command]';
    const [, helpName, helpArgs] = nameAndArgs.match(/([^ ]+) *(.*)/);
    const helpDescription = description ?? 'display help for command';

    const helpCommand = this.createCommand(helpName);
    helpCommand.helpOption(false);
    if (helpArgs) helpCommand.arguments(helpArgs);
    if (helpDescription) helpCommand.description(helpDescription);

    this._addImplicitHelpCommand = true;
    this._helpCommand = helpCommand;
    // init group unless lazy create
    if (enableOrNameAndArgs || description) this._initCommandGroup(helpCommand);

    return this;
  }

  /**
   * Add prepared custom help command.
   *
   * @param {(Command|string|boolean)} helpCommand - custom help command, or deprecated enableOrNameAndArgs as for `.helpCommand()`
   * @param {string} [deprecatedDescription] - deprecated custom description used with custom name only
   * @return {Command} `this` command for chaining
   */
  addHelpCommand(helpCommand, deprecatedDescription) {
    // If not passed an object, call through to helpCommand for backwards compatibility,
    // as addHelpCommand was originally used like helpCommand is now.
    if (typeof helpCommand !== 'object') {
      this.helpCommand(helpCommand, deprecatedDescription);
      return this;
    }

    this._addImplicitHelpCommand = true;
    this._helpCommand = helpCommand;
    this._initCommandGroup(helpCommand);
    return this;
  }

  /**
   * Lazy create help command.
   *
   * @return {(Command|null)}
   * @package
   */
  _getHelpCommand() {
    const hasImplicitHelpCommand =
      this._addImplicitHelpCommand ??
      (this.commands.length &&
        !this._actionHandler &&
        !this._findCommand('help'));

    if (hasImplicitHelpCommand) {
      if (this._helpCommand === undefined) {
        this.helpCommand(undefined, undefined); // use default name and description
      }
      return this._helpCommand;
    }
    return null;
  }

  /**
   * Add hook for life cycle event.
   *
   * @param {string} event
   * @param {Function} listener
   * @return {Command} `this` command for chaining
   */

  hook(event, listener) {
    const allowedValues = ['preSubcommand', 'preAction', 'postAction'];
    if (!allowedValues.includes(event)) {
      throw new Error(`Unexpected value for event passed to hook : '${event}'.
Expecting one of '${allowedValues.join("', '")}'`);
    }
    if (this._lifeCycleHooks[event]) {
      this._lifeCycleHooks[event].push(listener);
    } else {
      this._lifeCycleHooks[event] = [listener];
    }
    return this;
  }

  /**
   * Register callback to use as replacement for calling process.exit.
   *
   * @param {Function} [fn] optional callback which will be passed a CommanderError, defaults to throwing
   * @return {Command} `this` command for chaining
   */

  exitOverride(fn) {
    if (fn) {
      this._exitCallback = fn;
    } else {
      this._exitCallback = (err) => {
        if (err.code !== 'commander.executeSubCommandAsync') {
          throw err;
        } else {
          // Async callback from spawn events, not useful to throw.
        }
      };
    }
    return this;
  }

  /**
   * Call process.exit, and _exitCallback if defined.
   *
   * @param {number} exitCode exit code for using with process.exit
   * @param {string} code an id string representing the error
   * @param {string} message human-readable description of the error
   * @return never
   * @private
   */

  _exit(exitCode, code, message) {
    if (this._exitCallback) {
      this._exitCallback(new CommanderError(exitCode, code, message));
      // Expecting this line is not reached.
    }
    process.exit(exitCode);
  }

  /**
   * Register callback `fn` for the command.
   *
   * @example
   * program
   *   .command('serve')
   *   .description('start service')
   *   .action(function() {
   *      // do work here
   *   });
   *
   * @param {Function} fn
   * @return {Command} `this` command for chaining
   */

  action(fn) {
    const listener = (args) => {
      // The .action callback takes an extra parameter which is the command or options.
      const expectedArgsCount = this.registeredArguments.length;
      const actionArgs = args.slice(0, expectedArgsCount);
      if (this._storeOptionsAsProperties) {
        actionArgs[expectedArgsCount] = this; // backwards compatible "options"
      } else {
        actionArgs[expectedArgsCount] = this.opts();
      }
      actionArgs.push(this);

      return fn.apply(this, actionArgs);
    };
    this._actionHandler = listener;
    return this;
  }

  /**
   * Factory routine to create a new unattached option.
   *
   * See .option() for creating an attached option, which uses this routine to
   * create the option. You can override createOption to return a custom option.
   *
   * @param {string} flags
   * @param {string} [description]
   * @return {Option} new option
   */

  createOption(flags, description) {
    return new Option(flags, description);
  }

  /**
   * Wrap parseArgs to catch 'commander.invalidArgument'.
   *
   * @param {(Option | Argument)} target
   * @param {string} value
   * @param {*} previous
   * @param {string} invalidArgumentMessage
   * @private
   */

  _callParseArg(target, value, previous, invalidArgumentMessage) {
    try {
      return target.parseArg(value, previous);
    } catch (err) {
      if (err.code === 'commander.invalidArgument') {
        const message = `${invalidArgumentMessage} ${err.message}`;
        this.error(message, { exitCode: err.exitCode, code: err.code });
      }
      throw err;
    }
  }

  /**
   * Check for option flag conflicts.
   * Register option if no conflicts found, or throw on conflict.
   *
   * @param {Option} option
   * @private
   */

  _registerOption(option) {
    const matchingOption =
      (option.short && this._findOption(option.short)) ||
      (option.long && this._findOption(option.long));
    if (matchingOption) {
      const matchingFlag =
        option.long && this._findOption(option.long)
          ? option.long
          : option.short;
      throw new Error(`Cannot add option '${option.flags}'${this._name && ` to command '${this._name}'`} due to conflicting flag '${matchingFlag}'
-  already used by option '${matchingOption.flags}'`);
    }

    this._initOptionGroup(option);
    this.options.push(option);
  }

  /**
   * Check for command name and alias conflicts with existing commands.
   * Register command if no conflicts found, or throw on conflict.
   *
   * @param {Command} command
   * @private
   */

  _registerCommand(command) {
    const knownBy = (cmd) => {
      return [cmd.name()].concat(cmd.aliases());
    };

    const alreadyUsed = knownBy(command).find((name) =>
      this._findCommand(name),
    );
    if (alreadyUsed) {
      const existingCmd = knownBy(this._findCommand(alreadyUsed)).join('|');
      const newCmd = knownBy(command).join('|');
      throw new Error(
        `cannot add command '${newCmd}' as already have command '${existingCmd}'`,
      );
    }

    this._initCommandGroup(command);
    this.commands.push(command);
  }

  /**
   * Add an option.
   *
   * @param {Option} option
   * @return {Command} `this` command for chaining
   */
  addOption(option) {
    this._registerOption(option);

    const oname = option.name();
    const name = option.attributeName();

    // store default value
    if (option.negate) {
      // --no-foo is special and defaults foo to true, unless a --foo option is already defined
      const positiveLongFlag = option.long.replace(/^--no-/, '--');
      if (!this._findOption(positiveLongFlag)) {
        this.setOptionValueWithSource(
          name,
          option.defaultValue === undefined ? true : option.defaultValue,
          'default',
        );
      }
    } else if (option.defaultValue !== undefined) {
      this.setOptionValueWithSource(name, option.defaultValue, 'default');
    }

    // handler for cli and env supplied values
    const handleOptionValue = (val, invalidValueMessage, valueSource) => {
      // val is null for optional option used without an optional-argument.
      // val is undefined for boolean and negated option.
      if (val == null && option.presetArg !== undefined) {
        val = option.presetArg;
      }

      // custom processing
      const oldValue = this.getOptionValue(name);
      if (val !== null && option.parseArg) {
        val = this._callParseArg(option, val, oldValue, invalidValueMessage);
      } else if (val !== null && option.variadic) {
        val = option._collectValue(val, oldValue);
      }

      // Fill-in appropriate missing values. Long winded but easy to follow.
      if (val == null) {
        if (option.negate) {
          val = false;
        } else if (option.isBoolean() || option.optional) {
          val = true;
        } else {
          val = ''; // not normal, parseArg might have failed or be a mock function for testing
        }
      }
      this.setOptionValueWithSource(name, val, valueSource);
    };

    this.on('option:' + oname, (val) => {
      const invalidValueMessage = `error: option '${option.flags}' argument '${val}' is invalid.`;
      handleOptionValue(val, invalidValueMessage, 'cli');
    });

    if (option.envVar) {
      this.on('optionEnv:' + oname, (val) => {
        const invalidValueMessage = `error: option '${option.flags}' value '${val}' from env '${option.envVar}' is invalid.`;
        handleOptionValue(val, invalidValueMessage, 'env');
      });
    }

    return this;
  }

  /**
   * Internal implementation shared by .option() and .requiredOption()
   *
   * @return {Command} `this` command for chaining
   * @private
   */
  _optionEx(config, flags, description, fn, defaultValue) {
    if (typeof flags === 'object' && flags instanceof Option) {
      throw new Error(
        'To add an Option object use addOption() instead of option() or requiredOption()',
      );
    }
    const option = this.createOption(flags, description);
    option.makeOptionMandatory(!!config.mandatory);
    if (typeof fn === 'function') {
      option.default(defaultValue).argParser(fn);
    } else if (fn instanceof RegExp) {
      // deprecated
      const regex = fn;
      fn = (val, def) => {
        const m = regex.exec(val);
        return m ? m[0] : def;
      };
      option.default(defaultValue).argParser(fn);
    } else {
      option.default(fn);
    }

    return this.addOption(option);
  }

  /**
   * Define option with `flags`, `description`, and optional argument parsing function or `defaultValue` or both.
   *
   * The `flags` string contains the short and/or long flags, separated by comma, a pipe or space. A required
   * option-argument is indicated by `<>` and an optional option-argument by `[]`.
   *
   * See the README for more details, and see also addOption() and requiredOption().
   *
   * @example
   * program
   *     .option('-p, --pepper', 'add pepper')
   *     .option('--pt, --pizza-type <TYPE>', 'type of pizza') // required option-argument
   *     .option('-c, --cheese [CHEESE]', 'add extra cheese', 'mozzarella') // optional option-argument with default
   *     .option('-t, --tip <VALUE>', 'add tip to purchase cost', parseFloat) // custom parse function
   *
   * @param {string} flags
   * @param {string} [description]
   * @param {(Function|*)} [parseArg] - custom option processing function or default value
   * @param {*} [defaultValue]
   * @return {Command} `this` command for chaining
   */

  option(flags, description, parseArg, defaultValue) {
    return this._optionEx({}, flags, description, parseArg, defaultValue);
  }

  /**
   * Add a required option which must have a value after parsing. This usually means
   * the option must be specified on the command line. (Otherwise the same as .option().)
   *
   * The `flags` string contains the short and/or long flags, separated by comma, a pipe or space.
   *
   * @param {string} flags
   * @param {string} [description]
   * @param {(Function|*)} [parseArg] - custom option processing function or default value
   * @param {*} [defaultValue]
   * @return {Command} `this` command for chaining
   */

  requiredOption(flags, description, parseArg, defaultValue) {
    return this._optionEx(
      { mandatory: true },
      flags,
      description,
      parseArg,
      defaultValue,
    );
  }

  /**
   * Alter parsing of short flags with optional values.
   *
   * @example
   * // for `.option('-f,--flag [value]'):
   * program.combineFlagAndOptionalValue(true);  // `-f80` is treated like `--flag=80`, this is the default behaviour
   * program.combineFlagAndOptionalValue(false) // `-fb` is treated like `-f -b`
   *
   * @param {boolean} [combine] - if `true` or omitted, an optional value can be specified directly after the flag.
   * @return {Command} `this` command for chaining
   */
  combineFlagAndOptionalValue(combine = true) {
    this._combineFlagAndOptionalValue = !!combine;
    return this;
  }

  /**
   * Allow unknown options on the command line.
   *
   * @param {boolean} [allowUnknown] - if `true` or omitted, no error will be thrown for unknown options.
   * @return {Command} `this` command for chaining
   */
  allowUnknownOption(allowUnknown = true) {
    this._allowUnknownOption = !!allowUnknown;
    return this;
  }

  /**
   * Allow excess command-arguments on the command line. Pass false to make excess arguments an error.
   *
   * @param {boolean} [allowExcess] - if `true` or omitted, no error will be thrown for excess arguments.
   * @return {Command} `this` command for chaining
   */
  allowExcessArguments(allowExcess = true) {
    this._allowExcessArguments = !!allowExcess;
    return this;
  }

  /**
   * Enable positional options. Positional means global options are specified before subcommands which lets
   * subcommands reuse the same option names, and also enables subcommands to turn on passThroughOptions.
   * The default behaviour is non-positional and global options may appear anywhere on the command line.
   *
   * @param {boolean} [positional]
   * @return {Command} `this` command for chaining
   */
  enablePositionalOptions(positional = true) {
    this._enablePositionalOptions = !!positional;
    return this;
  }

  /**
   * Pass through options that come after command-arguments rather than treat them as command-options,
   * so actual command-options come before command-arguments. Turning this on for a subcommand requires
   * positional options to have been enabled on the program (parent commands).
   * The default behaviour is non-positional and options may appear before or after command-arguments.
   *
   * @param {boolean} [passThrough] for unknown options.
   * @return {Command} `this` command for chaining
   */
  passThroughOptions(passThrough = true) {
    this._passThroughOptions = !!passThrough;
    this._checkForBrokenPassThrough();
    return this;
  }

  /**
   * @private
   */

  _checkForBrokenPassThrough() {
    if (
      this.parent &&
      this._passThroughOptions &&
      !this.parent._enablePositionalOptions
    ) {
      throw new Error(
        `passThroughOptions cannot be used for '${this._name}' without turning on enablePositionalOptions for parent command(s)`,
      );
    }
  }

  /**
   * Whether to store option values as properties on command object,
   * or store separately (specify false). In both cases the option values can be accessed using .opts().
   *
   * @param {boolean} [storeAsProperties=true]
   * @return {Command} `this` command for chaining
   */

  storeOptionsAsProperties(storeAsProperties = true) {
    if (this.options.length) {
      throw new Error('call .storeOptionsAsProperties() before adding options');
    }
    if (Object.keys(this._optionValues).length) {
      throw new Error(
        'call .storeOptionsAsProperties() before setting option values',
      );
    }
    this._storeOptionsAsProperties = !!storeAsProperties;
    return this;
  }

  /**
   * Retrieve option value.
   *
   * @param {string} key
   * @return {object} value
   */

  getOptionValue(key) {
    if (this._storeOptionsAsProperties) {
      return this[key];
    }
    return this._optionValues[key];
  }

  /**
   * Store option value.
   *
   * @param {string} key
   * @param {object} value
   * @return {Command} `this` command for chaining
   */

  setOptionValue(key, value) {
    return this.setOptionValueWithSource(key, value, undefined);
  }

  /**
   * Store option value and where the value came from.
   *
   * @param {string} key
   * @param {object} value
   * @param {string} source - expected values are default/config/env/cli/implied
   * @return {Command} `this` command for chaining
   */

  setOptionValueWithSource(key, value, source) {
    if (this._storeOptionsAsProperties) {
      this[key] = value;
    } else {
      this._optionValues[key] = value;
    }
    this._optionValueSources[key] = source;
    return this;
  }

  /**
   * Get source of option value.
   * Expected values are default | config | env | cli | implied
   *
   * @param {string} key
   * @return {string}
   */

  getOptionValueSource(key) {
    return this._optionValueSources[key];
  }

  /**
   * Get source of option value. See also .optsWithGlobals().
   * Expected values are default | config | env | cli | implied
   *
   * @param {string} key
   * @return {string}
   */

  getOptionValueSourceWithGlobals(key) {
    // global overwrites local, like optsWithGlobals
    let source;
    this._getCommandAndAncestors().forEach((cmd) => {
      if (cmd.getOptionValueSource(key) !== undefined) {
        source = cmd.getOptionValueSource(key);
      }
    });
    return source;
  }

  /**
   * Get user arguments from implied or explicit arguments.
   * Side-effects: set _scriptPath if args included script. Used for default program name, and subcommand searches.
   *
   * @private
   */

  _prepareUserArgs(argv, parseOptions) {
    if (argv !== undefined && !Array.isArray(argv)) {
      throw new Error('first parameter to parse must be array or undefined');
    }
    parseOptions = parseOptions || {};

    // auto-detect argument conventions if nothing supplied
    if (argv === undefined && parseOptions.from === undefined) {
      if (process.versions?.electron) {
        parseOptions.from = 'electron';
      }
      // check node specific options for scenarios where user CLI args follow executable without scriptname
      const execArgv = process.execArgv ?? [];
      if (
        execArgv.includes('-e') ||
        execArgv.includes('--eval') ||
        execArgv.includes('-p') ||
        execArgv.includes('--print')
      ) {
        parseOptions.from = 'eval'; // internal usage, not documented
      }
    }

    // default to using process.argv
    if (argv === undefined) {
      argv = process.argv;
    }
    this.rawArgs = argv.slice();

    // extract the user args and scriptPath
    let userArgs;
    switch (parseOptions.from) {
      case undefined:
      case 'node':
        this._scriptPath = argv[1];
        userArgs = argv.slice(2);
        break;
      case 'electron':
        // @ts-ignore: because defaultApp is an unknown property
        if (process.defaultApp) {
          this._scriptPath = argv[1];
          userArgs = argv.slice(2);
        } else {
          userArgs = argv.slice(1);
        }
        break;
      case 'user':
        userArgs = argv.slice(0);
        break;
      case 'eval':
        userArgs = argv.slice(1);
        break;
      default:
        throw new Error(
          `unexpected parse option { from: '${parseOptions.from}' }`,
        );
    }

    // Find default name for program from arguments.
    if (!this._name && this._scriptPath)
      this.nameFromFilename(this._scriptPath);
    this._name = this._name || 'program';

    return userArgs;
  }

  /**
   * Parse `argv`, setting options and invoking commands when defined.
   *
   * Use parseAsync instead of parse if any of your action handlers are async.
   *
   * Call with no parameters to parse `process.argv`. Detects Electron and special node options like `node --eval`. Easy mode!
   *
   * Or call with an array of strings to parse, and optionally where the user arguments start by specifying where the arguments are `from`:
   * - `'node'`: default, `argv[0]` is the application and `argv[1]` is the script being run, with user arguments after that
   * - `'electron'`: `argv[0]` is the application and `argv[1]` varies depending on whether the electron application is packaged
   * - `'user'`: just user arguments
   *
   * @example
   * program.parse(); // parse process.argv and auto-detect electron and special node flags
   * program.parse(process.argv); // assume argv[0] is app and argv[1] is script
   * program.parse(my-args, { from: 'user' }); // just user supplied arguments, nothing special about argv[0]
   *
   * @param {string[]} [argv] - optional, defaults to process.argv
   * @param {object} [parseOptions] - optionally specify style of options with from: node/user/electron
   * @param {string} [parseOptions.from] - where the args are from: 'node', 'user', 'electron'
   * @return {Command} `this` command for chaining
   */

  parse(argv, parseOptions) {
    this._prepareForParse();
    const userArgs = this._prepareUserArgs(argv, parseOptions);
    this._parseCommand([], userArgs);

    return this;
  }

  /**
   * Parse `argv`, setting options and invoking commands when defined.
   *
   * Call with no parameters to parse `process.argv`. Detects Electron and special node options like `node --eval`. Easy mode!
   *
   * Or call with an array of strings to parse, and optionally where the user arguments start by specifying where the arguments are `from`:
   * - `'node'`: default, `argv[0]` is the application and `argv[1]` is the script being run, with user arguments after that
   * - `'electron'`: `argv[0]` is the application and `argv[1]` varies depending on whether the electron application is packaged
   * - `'user'`: just user arguments
   *
   * @example
   * await program.parseAsync(); // parse process.argv and auto-detect electron and special node flags
   * await program.parseAsync(process.argv); // assume argv[0] is app and argv[1] is script
   * await program.parseAsync(my-args, { from: 'user' }); // just user supplied arguments, nothing special about argv[0]
   *
   * @param {string[]} [argv]
   * @param {object} [parseOptions]
   * @param {string} parseOptions.from - where the args are from: 'node', 'user', 'electron'
   * @return {Promise}
   */

  async parseAsync(argv, parseOptions) {
    this._prepareForParse();
    const userArgs = this._prepareUserArgs(argv, parseOptions);
    await this._parseCommand([], userArgs);

    return this;
  }

  _prepareForParse() {
    if (this._savedState === null) {
      this.saveStateBeforeParse();
    } else {
      this.restoreStateBeforeParse();
    }
  }

  /**
   * Called the first time parse is called to save state and allow a restore before subsequent calls to parse.
   * Not usually called directly, but available for subclasses to save their custom state.
   *
   * This is called in a lazy way. Only commands used in parsing chain will have state saved.
   */
  saveStateBeforeParse() {
    this._savedState = {
      // name is stable if supplied by author, but may be unspecified for root command and deduced during parsing
      _name: this._name,
      // option values before parse have default values (including false for negated options)
      // shallow clones
      _optionValues: { ...this._optionValues },
      _optionValueSources: { ...this._optionValueSources },
    };
  }

  /**
   * Restore state before parse for calls after the first.
   * Not usually called directly, but available for subclasses to save their custom state.
   *
   * This is called in a lazy way. Only commands used in parsing chain will have state restored.
   */
  restoreStateBeforeParse() {
    if (this._storeOptionsAsProperties)
      throw new Error(`Can not call parse again when storeOptionsAsProperties is true.
- either make a new Command for each call to parse, or stop storing options as properties`);

    // clear state from _prepareUserArgs
    this._name = this._savedState._name;
    this._scriptPath = null;
    this.rawArgs = [];
    // clear state from setOptionValueWithSource
    this._optionValues = { ...this._savedState._optionValues };
    this._optionValueSources = { ...this._savedState._optionValueSources };
    // clear state from _parseCommand
    this.args = [];
    // clear state from _processArguments
    this.processedArgs = [];
  }

  /**
   * Throw if expected executable is missing. Add lots of help for author.
   *
   * @param {string} executableFile
   * @param {string} executableDir
   * @param {string} subcommandName
   */
  _checkForMissingExecutable(executableFile, executableDir, subcommandName) {
    if (fs.existsSync(executableFile)) return;

    const executableDirMessage = executableDir
      ? `searched for local subcommand relative to directory '${executableDir}'`
      : 'no directory for search for local subcommand, use .executableDir() to supply a custom directory';
    const executableMissing = `'${executableFile}' does not exist
 - if '${subcommandName}' is not meant to be an executable command, remove description parameter from '.command()' and use '.description()' instead
 - if the default executable name is not suitable, use the executableFile option to supply a custom name or path
 - ${executableDirMessage}`;
    throw new Error(executableMissing);
  }

  /**
   * Execute a sub-command executable.
   *
   * @private
   */

  _executeSubCommand(subcommand, args) {
    args = args.slice();
    let launchWithNode = false; // Use node for source targets so do not need to get permissions correct, and on Windows.
    const sourceExt = ['.js', '.ts', '.tsx', '.mjs', '.cjs'];

    function findFile(baseDir, baseName) {
      // Look for specified file
      const localBin = path.resolve(baseDir, baseName);
      if (fs.existsSync(localBin)) return localBin;

      // Stop looking if candidate already has an expected extension.
      if (sourceExt.includes(path.extname(baseName))) return undefined;

      // Try all the extensions.
      const foundExt = sourceExt.find((ext) =>
        fs.existsSync(`${localBin}${ext}`),
      );
      if (foundExt) return `${localBin}${foundExt}`;

      return undefined;
    }

    // Not checking for help first. Unlikely to have mandatory and executable, and can't robustly test for help flags in external command.
    this._checkForMissingMandatoryOptions();
    this._checkForConflictingOptions();

    // executableFile and executableDir might be full path, or just a name
    let executableFile =
      subcommand._executableFile || `${this._name}-${subcommand._name}`;
    let executableDir = this._executableDir || '';
    if (this._scriptPath) {
      let resolvedScriptPath; // resolve possible symlink for installed npm binary
      try {
        resolvedScriptPath = fs.realpathSync(this._scriptPath);
      } catch {
        resolvedScriptPath = this._scriptPath;
      }
      executableDir = path.resolve(
        path.dirname(resolvedScriptPath),
        executableDir,
      );
    }

    // Look for a local file in preference to a command in PATH.
    if (executableDir) {
      let localFile = findFile(executableDir, executableFile);

      // Legacy search using prefix of script name instead of command name
      if (!localFile && !subcommand._executableFile && this._scriptPath) {
        const legacyName = path.basename(
          this._scriptPath,
          path.extname(this._scriptPath),
        );
        if (legacyName !== this._name) {
          localFile = findFile(
            executableDir,
            `${legacyName}-${subcommand._name}`,
          );
        }
      }
      executableFile = localFile || executableFile;
    }

    launchWithNode = sourceExt.includes(path.extname(executableFile));

    let proc;
    if (process.platform !== 'win32') {
      if (launchWithNode) {
        args.unshift(executableFile);
        // add executable arguments to spawn
        args = incrementNodeInspectorPort(process.execArgv).concat(args);

        proc = childProcess.spawn(process.argv[0], args, { stdio: 'inherit' });
      } else {
        proc = childProcess.spawn(executableFile, args, { stdio: 'inherit' });
      }
    } else {
      this._checkForMissingExecutable(
        executableFile,
        executableDir,
        subcommand._name,
      );
      args.unshift(executableFile);
      // add executable arguments to spawn
      args = incrementNodeInspectorPort(process.execArgv).concat(args);
      proc = childProcess.spawn(process.execPath, args, { stdio: 'inherit' });
    }

    if (!proc.killed) {
      // testing mainly to avoid leak warnings during unit tests with mocked spawn
      const signals = ['SIGUSR1', 'SIGUSR2', 'SIGTERM', 'SIGINT', 'SIGHUP'];
      signals.forEach((signal) => {
        process.on(signal, () => {
          if (proc.killed === false && proc.exitCode === null) {
            // @ts-ignore because signals not typed to known strings
            proc.kill(signal);
          }
        });
      });
    }

    // By default terminate process when spawned process terminates.
    const exitCallback = this._exitCallback;
    proc.on('close', (code) => {
      code = code ?? 1; // code is null if spawned process terminated due to a signal
      if (!exitCallback) {
        process.exit(code);
      } else {
        exitCallback(
          new CommanderError(
            code,
            'commander.executeSubCommandAsync',
            '(close)',
          ),
        );
      }
    });
    proc.on('error', (err) => {
      // @ts-ignore: because err.code is an unknown property
      if (err.code === 'ENOENT') {
        this._checkForMissingExecutable(
          executableFile,
          executableDir,
          subcommand._name,
        );
        // @ts-ignore: because err.code is an unknown property
      } else if (err.code === 'EACCES') {
        throw new Error(`'${executableFile}' not executable`);
      }
      if (!exitCallback) {
        process.exit(1);
      } else {
        const wrappedError = new CommanderError(
          1,
          'commander.executeSubCommandAsync',
          '(error)',
        );
        wrappedError.nestedError = err;
        exitCallback(wrappedError);
      }
    });

    // Store the reference to the child process
    this.runningCommand = proc;
  }

  /**
   * @private
   */

  _dispatchSubcommand(commandName, operands, unknown) {
    const subCommand = this._findCommand(commandName);
    if (!subCommand) this.help({ error: true });

    subCommand._prepareForParse();
    let promiseChain;
    promiseChain = this._chainOrCallSubCommandHook(
      promiseChain,
      subCommand,
      'preSubcommand',
    );
    promiseChain = this._chainOrCall(promiseChain, () => {
      if (subCommand._executableHandler) {
        this._executeSubCommand(subCommand, operands.concat(unknown));
      } else {
        return subCommand._parseCommand(operands, unknown);
      }
    });
    return promiseChain;
  }

  /**
   * Invoke help directly if possible, or dispatch if necessary.
   * e.g. help foo
   *
   * @private
   */

  _dispatchHelpCommand(subcommandName) {
    if (!subcommandName) {
      this.help();
    }
    const subCommand = this._findCommand(subcommandName);
    if (subCommand && !subCommand._executableHandler) {
      subCommand.help();
    }

    // Fallback to parsing the help flag to invoke the help.
    return this._dispatchSubcommand(
      subcommandName,
      [],
      [this._getHelpOption()?.long ?? this._getHelpOption()?.short ?? '--help'],
    );
  }

  /**
   * Check this.args against expected this.registeredArguments.
   *
   * @private
   */

  _checkNumberOfArguments() {
    // too few
    this.registeredArguments.forEach((arg, i) => {
      if (arg.required && this.args[i] == null) {
        this.missingArgument(arg.name());
      }
    });
    // too many
    if (
      this.registeredArguments.length > 0 &&
      this.registeredArguments[this.registeredArguments.length - 1].variadic
    ) {
      return;
    }
    if (this.args.length > this.registeredArguments.length) {
      this._excessArguments(this.args);
    }
  }

  /**
   * Process this.args using this.registeredArguments and save as this.processedArgs!
   *
   * @private
   */

  _processArguments() {
    const myParseArg = (argument, value, previous) => {
      // Extra processing for nice error message on parsing failure.
      let parsedValue = value;
      if (value !== null && argument.parseArg) {
        const invalidValueMessage = `error: command-argument value '${value}' is invalid for argument '${argument.name()}'.`;
        parsedValue = this._callParseArg(
          argument,
          value,
          previous,
          invalidValueMessage,
        );
      }
      return parsedValue;
    };

    this._checkNumberOfArguments();

    const processedArgs = [];
    this.registeredArguments.forEach((declaredArg, index) => {
      let value = declaredArg.defaultValue;
      if (declaredArg.variadic) {
        // Collect together remaining arguments for passing together as an array.
        if (index < this.args.length) {
          value = this.args.slice(index);
          if (declaredArg.parseArg) {
            value = value.reduce((processed, v) => {
              return myParseArg(declaredArg, v, processed);
            }, declaredArg.defaultValue);
          }
        } else if (value === undefined) {
          value = [];
        }
      } else if (index < this.args.length) {
        value = this.args[index];
        if (declaredArg.parseArg) {
          value = myParseArg(declaredArg, value, declaredArg.defaultValue);
        }
      }
      processedArgs[index] = value;
    });
    this.processedArgs = processedArgs;
  }

  /**
   * Once we have a promise we chain, but call synchronously until then.
   *
   * @param {(Promise|undefined)} promise
   * @param {Function} fn
   * @return {(Promise|undefined)}
   * @private
   */

  _chainOrCall(promise, fn) {
    // thenable
    if (promise?.then && typeof promise.then === 'function') {
      // already have a promise, chain callback
      return promise.then(() => fn());
    }
    // callback might return a promise
    return fn();
  }

  /**
   *
   * @param {(Promise|undefined)} promise
   * @param {string} event
   * @return {(Promise|undefined)}
   * @private
   */

  _chainOrCallHooks(promise, event) {
    let result = promise;
    const hooks = [];
    this._getCommandAndAncestors()
      .reverse()
      .filter((cmd) => cmd._lifeCycleHooks[event] !== undefined)
      .forEach((hookedCommand) => {
        hookedCommand._lifeCycleHooks[event].forEach((callback) => {
          hooks.push({ hookedCommand, callback });
        });
      });
    if (event === 'postAction') {
      hooks.reverse();
    }

    hooks.forEach((hookDetail) => {
      result = this._chainOrCall(result, () => {
        return hookDetail.callback(hookDetail.hookedCommand, this);
      });
    });
    return result;
  }

  /**
   *
   * @param {(Promise|undefined)} promise
   * @param {Command} subCommand
   * @param {string} event
   * @return {(Promise|undefined)}
   * @private
   */

  _chainOrCallSubCommandHook(promise, subCommand, event) {
    let result = promise;
    if (this._lifeCycleHooks[event] !== undefined) {
      this._lifeCycleHooks[event].forEach((hook) => {
        result = this._chainOrCall(result, () => {
          return hook(this, subCommand);
        });
      });
    }
    return result;
  }

  /**
   * Process arguments in context of this command.
   * Returns action result, in case it is a promise.
   *
   * @private
   */

  _parseCommand(operands, unknown) {
    const parsed = this.parseOptions(unknown);
    this._parseOptionsEnv(); // after cli, so parseArg not called on both cli and env
    this._parseOptionsImplied();
    operands = operands.concat(parsed.operands);
    unknown = parsed.unknown;
    this.args = operands.concat(unknown);

    if (operands && this._findCommand(operands[0])) {
      return this._dispatchSubcommand(operands[0], operands.slice(1), unknown);
    }
    if (
      this._getHelpCommand() &&
      operands[0] === this._getHelpCommand().name()
    ) {
      return this._dispatchHelpCommand(operands[1]);
    }
    if (this._defaultCommandName) {
      this._outputHelpIfRequested(unknown); // Run the help for default command from parent rather than passing to default command
      return this._dispatchSubcommand(
        this._defaultCommandName,
        operands,
        unknown,
      );
    }
    if (
      this.commands.length &&
      this.args.length === 0 &&
      !this._actionHandler &&
      !this._defaultCommandName
    ) {
      // probably missing subcommand and no handler, user needs help (and exit)
      this.help({ error: true });
    }

    this._outputHelpIfRequested(parsed.unknown);
    this._checkForMissingMandatoryOptions();
    this._checkForConflictingOptions();

    // We do not always call this check to avoid masking a "better" error, like unknown command.
    const checkForUnknownOptions = () => {
      if (parsed.unknown.length > 0) {
        this.unknownOption(parsed.unknown[0]);
      }
    };

    const commandEvent = `command:${this.name()}`;
    if (this._actionHandler) {
      checkForUnknownOptions();
      this._processArguments();

      let promiseChain;
      promiseChain = this._chainOrCallHooks(promiseChain, 'preAction');
      promiseChain = this._chainOrCall(promiseChain, () =>
        this._actionHandler(this.processedArgs),
      );
      if (this.parent) {
        promiseChain = this._chainOrCall(promiseChain, () => {
          this.parent.emit(commandEvent, operands, unknown); // legacy
        });
      }
      promiseChain = this._chainOrCallHooks(promiseChain, 'postAction');
      return promiseChain;
    }
    if (this.parent?.listenerCount(commandEvent)) {
      checkForUnknownOptions();
      this._processArguments();
      this.parent.emit(commandEvent, operands, unknown); // legacy
    } else if (operands.length) {
      if (this._findCommand('*')) {
        // legacy default command
        return this._dispatchSubcommand('*', operands, unknown);
      }
      if (this.listenerCount('command:*')) {
        // skip option check, emit event for possible misspelling suggestion
        this.emit('command:*', operands, unknown);
      } else if (this.commands.length) {
        this.unknownCommand();
      } else {
        checkForUnknownOptions();
        this._processArguments();
      }
    } else if (this.commands.length) {
      checkForUnknownOptions();
      // This command has subcommands and nothing hooked up at this level, so display help (and exit).
      this.help({ error: true });
    } else {
      checkForUnknownOptions();
      this._processArguments();
      // fall through for caller to handle after calling .parse()
    }
  }

  /**
   * Find matching command.
   *
   * @private
   * @return {Command | undefined}
   */
  _findCommand(name) {
    if (!name) return undefined;
    return this.commands.find(
      (cmd) => cmd._name === name || cmd._aliases.includes(name),
    );
  }

  /**
   * Return an option matching `arg` if any.
   *
   * @param {string} arg
   * @return {Option}
   * @package
   */

  _findOption(arg) {
    return this.options.find((option) => option.is(arg));
  }

  /**
   * Display an error message if a mandatory option does not have a value.
   * Called after checking for help flags in leaf subcommand.
   *
   * @private
   */

  _checkForMissingMandatoryOptions() {
    // Walk up hierarchy so can call in subcommand after checking for displaying help.
    this._getCommandAndAncestors().forEach((cmd) => {
      cmd.options.forEach((anOption) => {
        if (
          anOption.mandatory &&
          cmd.getOptionValue(anOption.attributeName()) === undefined
        ) {
          cmd.missingMandatoryOptionValue(anOption);
        }
      });
    });
  }

  /**
   * Display an error message if conflicting options are used together in this.
   *
   * @private
   */
  _checkForConflictingLocalOptions() {
    const definedNonDefaultOptions = this.options.filter((option) => {
      const optionKey = option.attributeName();
      if (this.getOptionValue(optionKey) === undefined) {
        return false;
      }
      return this.getOptionValueSource(optionKey) !== 'default';
    });

    const optionsWithConflicting = definedNonDefaultOptions.filter(
      (option) => option.conflictsWith.length > 0,
    );

    optionsWithConflicting.forEach((option) => {
      const conflictingAndDefined = definedNonDefaultOptions.find((defined) =>
        option.conflictsWith.includes(defined.attributeName()),
      );
      if (conflictingAndDefined) {
        this._conflictingOption(option, conflictingAndDefined);
      }
    });
  }

  /**
   * Display an error message if conflicting options are used together.
   * Called after checking for help flags in leaf subcommand.
   *
   * @private
   */
  _checkForConflictingOptions() {
    // Walk up hierarchy so can call in subcommand after checking for displaying help.
    this._getCommandAndAncestors().forEach((cmd) => {
      cmd._checkForConflictingLocalOptions();
    });
  }

  /**
   * Parse options from `argv` removing known options,
   * and return argv split into operands and unknown arguments.
   *
   * Side effects: modifies command by storing options. Does not reset state if called again.
   *
   * Examples:
   *
   *     argv => operands, unknown
   *     --known kkk op => [op], []
   *     op --known kkk => [op], []
   *     sub --unknown uuu op => [sub], [--unknown uuu op]
   *     sub -- --unknown uuu op => [sub --unknown uuu op], []
   *
   * @param {string[]} args
   * @return {{operands: string[], unknown: string[]}}
   */

  parseOptions(args) {
    const operands = []; // operands, not options or values
    const unknown = []; // first unknown option and remaining unknown args
    let dest = operands;

    function maybeOption(arg) {
      return arg.length > 1 && arg[0] === '-';
    }

    const negativeNumberArg = (arg) => {
      // return false if not a negative number
      if (!/^-(\d+|\d*\.\d+)(e[+-]?\d+)?$/.test(arg)) return false;
      // negative number is ok unless digit used as an option in command hierarchy
      return !this._getCommandAndAncestors().some((cmd) =>
        cmd.options
          .map((opt) => opt.short)
          .some((short) => /^-\d$/.test(short)),
      );
    };

    // parse options
    let activeVariadicOption = null;
    let activeGroup = null; // working through group of short options, like -abc
    let i = 0;
    while (i < args.length || activeGroup) {
      const arg = activeGroup ?? args[i++];
      activeGroup = null;

      // literal
      if (arg === '--') {
        if (dest === unknown) dest.push(arg);
        dest.push(...args.slice(i));
        break;
      }

      if (
        activeVariadicOption &&
        (!maybeOption(arg) || negativeNumberArg(arg))
      ) {
        this.emit(`option:${activeVariadicOption.name()}`, arg);
        continue;
      }
      activeVariadicOption = null;

      if (maybeOption(arg)) {
        const option = this._findOption(arg);
        // recognised option, call listener to assign value with possible custom processing
        if (option) {
          if (option.required) {
            const value = args[i++];
            if (value === undefined) this.optionMissingArgument(option);
            this.emit(`option:${option.name()}`, value);
          } else if (option.optional) {
            let value = null;
            // historical behaviour is optional value is following arg unless an option
            if (
              i < args.length &&
              (!maybeOption(args[i]) || negativeNumberArg(args[i]))
            ) {
              value = args[i++];
            }
            this.emit(`option:${option.name()}`, value);
          } else {
            // boolean flag
            this.emit(`option:${option.name()}`);
          }
          activeVariadicOption = option.variadic ? option : null;
          continue;
        }
      }

      // Look for combo options following single dash, eat first one if known.
      if (arg.length > 2 && arg[0] === '-' && arg[1] !== '-') {
        const option = this._findOption(`-${arg[1]}`);
        if (option) {
          if (
            option.required ||
            (option.optional && this._combineFlagAndOptionalValue)
          ) {
            // option with value following in same argument
            this.emit(`option:${option.name()}`, arg.slice(2));
          } else {
            // boolean option
            this.emit(`option:${option.name()}`);
            // remove the processed option and keep processing group
            activeGroup = `-${arg.slice(2)}`;
          }
          continue;
        }
      }

      // Look for known long flag with value, like --foo=bar
      if (/^--[^=]+=/.test(arg)) {
        const index = arg.indexOf('=');
        const option = this._findOption(arg.slice(0, index));
        if (option && (option.required || option.optional)) {
          this.emit(`option:${option.name()}`, arg.slice(index + 1));
          continue;
        }
      }

      // Not a recognised option by this command.
      // Might be a command-argument, or subcommand option, or unknown option, or help command or option.

      // An unknown option means further arguments also classified as unknown so can be reprocessed by subcommands.
      // A negative number in a leaf command is not an unknown option.
      if (
        dest === operands &&
        maybeOption(arg) &&
        !(this.commands.length === 0 && negativeNumberArg(arg))
      ) {
        dest = unknown;
      }

      // If using positionalOptions, stop processing our options at subcommand.
      if (
        (this._enablePositionalOptions || this._passThroughOptions) &&
        operands.length === 0 &&
        unknown.length === 0
      ) {
        if (this._findCommand(arg)) {
          operands.push(arg);
          unknown.push(...args.slice(i));
          break;
        } else if (
          this._getHelpCommand() &&
          arg === this._getHelpCommand().name()
        ) {
          operands.push(arg, ...args.slice(i));
          break;
        } else if (this._defaultCommandName) {
          unknown.push(arg, ...args.slice(i));
          break;
        }
      }

      // If using passThroughOptions, stop processing options at first command-argument.
      if (this._passThroughOptions) {
        dest.push(arg, ...args.slice(i));
        break;
      }

      // add arg
      dest.push(arg);
    }

    return { operands, unknown };
  }

  /**
   * Return an object containing local option values as key-value pairs.
   *
   * @return {object}
   */
  opts() {
    if (this._storeOptionsAsProperties) {
      // Preserve original behaviour so backwards compatible when still using properties
      const result = {};
      const len = this.options.length;

      for (let i = 0; i < len; i++) {
        const key = this.options[i].attributeName();
        result[key] =
          key === this._versionOptionName ? this._version : this[key];
      }
      return result;
    }

    return this._optionValues;
  }

  /**
   * Return an object containing merged local and global option values as key-value pairs.
   *
   * @return {object}
   */
  optsWithGlobals() {
    // globals overwrite locals
    return this._getCommandAndAncestors().reduce(
      (combinedOptions, cmd) => Object.assign(combinedOptions, cmd.opts()),
      {},
    );
  }

  /**
   * Display error message and exit (or call exitOverride).
   *
   * @param {string} message
   * @param {object} [errorOptions]
   * @param {string} [errorOptions.code] - an id string representing the error
   * @param {number} [errorOptions.exitCode] - used with process.exit
   */
  error(message, errorOptions) {
    // output handling
    this._outputConfiguration.outputError(
      `${message}\n`,
      this._outputConfiguration.writeErr,
    );
    if (typeof this._showHelpAfterError === 'string') {
      this._outputConfiguration.writeErr(`${this._showHelpAfterError}\n`);
    } else if (this._showHelpAfterError) {
      this._outputConfiguration.writeErr('\n');
      this.outputHelp({ error: true });
    }

    // exit handling
    const config = errorOptions || {};
    const exitCode = config.exitCode || 1;
    const code = config.code || 'commander.error';
    this._exit(exitCode, code, message);
  }

  /**
   * Apply any option related environment variables, if option does
   * not have a value from cli or client code.
   *
   * @private
   */
  _parseOptionsEnv() {
    this.options.forEach((option) => {
      if (option.envVar && option.envVar in process.env) {
        const optionKey = option.attributeName();
        // Priority check. Do not overwrite cli or options from unknown source (client-code).
        if (
          this.getOptionValue(optionKey) === undefined ||
          ['default', 'config', 'env'].includes(
            this.getOptionValueSource(optionKey),
          )
        ) {
          if (option.required || option.optional) {
            // option can take a value
            // keep very simple, optional always takes value
            this.emit(`optionEnv:${option.name()}`, process.env[option.envVar]);
          } else {
            // boolean
            // keep very simple, only care that envVar defined and not the value
            this.emit(`optionEnv:${option.name()}`);
          }
        }
      }
    });
  }

  /**
   * Apply any implied option values, if option is undefined or default value.
   *
   * @private
   */
  _parseOptionsImplied() {
    const dualHelper = new DualOptions(this.options);
    const hasCustomOptionValue = (optionKey) => {
      return (
        this.getOptionValue(optionKey) !== undefined &&
        !['default', 'implied'].includes(this.getOptionValueSource(optionKey))
      );
    };
    this.options
      .filter(
        (option) =>
          option.implied !== undefined &&
          hasCustomOptionValue(option.attributeName()) &&
          dualHelper.valueFromOption(
            this.getOptionValue(option.attributeName()),
            option,
          ),
      )
      .forEach((option) => {
        Object.keys(option.implied)
          .filter((impliedKey) => !hasCustomOptionValue(impliedKey))
          .forEach((impliedKey) => {
            this.setOptionValueWithSource(
              impliedKey,
              option.implied[impliedKey],
              'implied',
            );
          });
      });
  }

  /**
   * Argument `name` is missing.
   *
   * @param {string} name
   * @private
   */

  missingArgument(name) {
    const message = `error: missing required argument '${name}'`;
    this.error(message, { code: 'commander.missingArgument' });
  }

  /**
   * `Option` is missing an argument.
   *
   * @param {Option} option
   * @private
   */

  optionMissingArgument(option) {
    const message = `error: option '${option.flags}' argument missing`;
    this.error(message, { code: 'commander.optionMissingArgument' });
  }

  /**
   * `Option` does not have a value, and is a mandatory option.
   *
   * @param {Option} option
   * @private
   */

  missingMandatoryOptionValue(option) {
    const message = `error: required option '${option.flags}' not specified`;
    this.error(message, { code: 'commander.missingMandatoryOptionValue' });
  }

  /**
   * `Option` conflicts with another option.
   *
   * @param {Option} option
   * @param {Option} conflictingOption
   * @private
   */
  _conflictingOption(option, conflictingOption) {
    // The calling code does not know whether a negated option is the source of the
    // value, so do some work to take an educated guess.
    const findBestOptionFromValue = (option) => {
      const optionKey = option.attributeName();
      const optionValue = this.getOptionValue(optionKey);
      const negativeOption = this.options.find(
        (target) => target.negate && optionKey === target.attributeName(),
      );
      const positiveOption = this.options.find(
        (target) => !target.negate && optionKey === target.attributeName(),
      );
      if (
        negativeOption &&
        ((negativeOption.presetArg === undefined && optionValue === false) ||
          (negativeOption.presetArg !== undefined &&
            optionValue === negativeOption.presetArg))
      ) {
        return negativeOption;
      }
      return positiveOption || option;
    };

    const getErrorMessage = (option) => {
      const bestOption = findBestOptionFromValue(option);
      const optionKey = bestOption.attributeName();
      const source = this.getOptionValueSource(optionKey);
      if (source === 'env') {
        return `environment variable '${bestOption.envVar}'`;
      }
      return `option '${bestOption.flags}'`;
    };

    const message = `error: ${getErrorMessage(option)} cannot be used with ${getErrorMessage(conflictingOption)}`;
    this.error(message, { code: 'commander.conflictingOption' });
  }

  /**
   * Unknown option `flag`.
   *
   * @param {string} flag
   * @private
   */

  unknownOption(flag) {
    if (this._allowUnknownOption) return;
    let suggestion = '';

    if (flag.startsWith('--') && this._showSuggestionAfterError) {
      // Looping to pick up the global options too
      let candidateFlags = [];
      // eslint-disable-next-line @typescript-eslint/no-this-alias
      let command = this;
      do {
        const moreFlags = command
          .createHelp()
          .visibleOptions(command)
          .filter((option) => option.long)
          .map((option) => option.long);
        candidateFlags = candidateFlags.concat(moreFlags);
        command = command.parent;
      } while (command && !command._enablePositionalOptions);
      suggestion = suggestSimilar(flag, candidateFlags);
    }

    const message = `error: unknown option '${flag}'${suggestion}`;
    this.error(message, { code: 'commander.unknownOption' });
  }

  /**
   * Excess arguments, more than expected.
   *
   * @param {string[]} receivedArgs
   * @private
   */

  _excessArguments(receivedArgs) {
    if (this._allowExcessArguments) return;

    const expected = this.registeredArguments.length;
    const s = expected === 1 ? '' : 's';
    const forSubcommand = this.parent ? ` for '${this.name()}'` : '';
    const message = `error: too many arguments${forSubcommand}. Expected ${expected} argument${s} but got ${receivedArgs.length}.`;
    this.error(message, { code: 'commander.excessArguments' });
  }

  /**
   * Unknown command.
   *
   * @private
   */

  unknownCommand() {
    const unknownName = this.args[0];
    let suggestion = '';

    if (this._showSuggestionAfterError) {
      const candidateNames = [];
      this.createHelp()
        .visibleCommands(this)
        .forEach((command) => {
          candidateNames.push(command.name());
          // just visible alias
          if (command.alias()) candidateNames.push(command.alias());
        });
      suggestion = suggestSimilar(unknownName, candidateNames);
    }

    const message = `error: unknown command '${unknownName}'${suggestion}`;
    this.error(message, { code: 'commander.unknownCommand' });
  }

  /**
   * Get or set the program version.
   *
   * This method auto-registers the "-V, --version" option which will print the version number.
   *
   * You can optionally supply the flags and description to override the defaults.
   *
   * @param {string} [str]
   * @param {string} [flags]
   * @param {string} [description]
   * @return {(this | string | undefined)} `this` command for chaining, or version string if no arguments
   */

  version(str, flags, description) {
    if (str === undefined) return this._version;
    this._version = str;
    flags = flags || '-V, --version';
    description = description || 'output the version number';
    const versionOption = this.createOption(flags, description);
    this._versionOptionName = versionOption.attributeName();
    this._registerOption(versionOption);

    this.on('option:' + versionOption.name(), () => {
      this._outputConfiguration.writeOut(`${str}\n`);
      this._exit(0, 'commander.version', str);
    });
    return this;
  }

  /**
   * Set the description.
   *
   * @param {string} [str]
   * @param {object} [argsDescription]
   * @return {(string|Command)}
   */
  description(str, argsDescription) {
    if (str === undefined && argsDescription === undefined)
      return this._description;
    this._description = str;
    if (argsDescription) {
      this._argsDescription = argsDescription;
    }
    return this;
  }

  /**
   * Set the summary. Used when listed as subcommand of parent.
   *
   * @param {string} [str]
   * @return {(string|Command)}
   */
  summary(str) {
    if (str === undefined) return this._summary;
    this._summary = str;
    return this;
  }

  /**
   * Set an alias for the command.
   *
   * You may call more than once to add multiple aliases. Only the first alias is shown in the auto-generated help.
   *
   * @param {string} [alias]
   * @return {(string|Command)}
   */

  alias(alias) {
    if (alias === undefined) return this._aliases[0]; // just return first, for backwards compatibility

    /** @type {Command} */
    // eslint-disable-next-line @typescript-eslint/no-this-alias
    let command = this;
    if (
      this.commands.length !== 0 &&
      this.commands[this.commands.length - 1]._executableHandler
    ) {
      // assume adding alias for last added executable subcommand, rather than this
      command = this.commands[this.commands.length - 1];
    }

    if (alias === command._name)
      throw new Error("Command alias can't be the same as its name");
    const matchingCommand = this.parent?._findCommand(alias);
    if (matchingCommand) {
      // c.f. _registerCommand
      const existingCmd = [matchingCommand.name()]
        .concat(matchingCommand.aliases())
        .join('|');
      throw new Error(
        `cannot add alias '${alias}' to command '${this.name()}' as already have command '${existingCmd}'`,
      );
    }

    command._aliases.push(alias);
    return this;
  }

  /**
   * Set aliases for the command.
   *
   * Only the first alias is shown in the auto-generated help.
   *
   * @param {string[]} [aliases]
   * @return {(string[]|Command)}
   */

  aliases(aliases) {
    // Getter for the array of aliases is the main reason for having aliases() in addition to alias().
    if (aliases === undefined) return this._aliases;

    aliases.forEach((alias) => this.alias(alias));
    return this;
  }

  /**
   * Set / get the command usage `str`.
   *
   * @param {string} [str]
   * @return {(string|Command)}
   */

  usage(str) {
    if (str === undefined) {
      if (this._usage) return this._usage;

      const args = this.registeredArguments.map((arg) => {
        return humanReadableArgName(arg);
      });
      return []
        .concat(
          this.options.length || this._helpOption !== null ? '[options]' : [],
          this.commands.length ? '[command]' : [],
          this.registeredArguments.length ? args : [],
        )
        .join(' ');
    }

    this._usage = str;
    return this;
  }

  /**
   * Get or set the name of the command.
   *
   * @param {string} [str]
   * @return {(string|Command)}
   */

  name(str) {
    if (str === undefined) return this._name;
    this._name = str;
    return this;
  }

  /**
   * Set/get the help group heading for this subcommand in parent command's help.
   *
   * @param {string} [heading]
   * @return {Command | string}
   */

  helpGroup(heading) {
    if (heading === undefined) return this._helpGroupHeading ?? '';
    this._helpGroupHeading = heading;
    return this;
  }

  /**
   * Set/get the default help group heading for subcommands added to this command.
   * (This does not override a group set directly on the subcommand using .helpGroup().)
   *
   * @example
   * program.commandsGroup('Development Commands:);
   * program.command('watch')...
   * program.command('lint')...
   * ...
   *
   * @param {string} [heading]
   * @returns {Command | string}
   */
  commandsGroup(heading) {
    if (heading === undefined) return this._defaultCommandGroup ?? '';
    this._defaultCommandGroup = heading;
    return this;
  }

  /**
   * Set/get the default help group heading for options added to this command.
   * (This does not override a group set directly on the option using .helpGroup().)
   *
   * @example
   * program
   *   .optionsGroup('Development Options:')
   *   .option('-d, --debug', 'output extra debugging')
   *   .option('-p, --profile', 'output profiling information')
   *
   * @param {string} [heading]
   * @returns {Command | string}
   */
  optionsGroup(heading) {
    if (heading === undefined) return this._defaultOptionGroup ?? '';
    this._defaultOptionGroup = heading;
    return this;
  }

  /**
   * @param {Option} option
   * @private
   */
  _initOptionGroup(option) {
    if (this._defaultOptionGroup && !option.helpGroupHeading)
      option.helpGroup(this._defaultOptionGroup);
  }

  /**
   * @param {Command} cmd
   * @private
   */
  _initCommandGroup(cmd) {
    if (this._defaultCommandGroup && !cmd.helpGroup())
      cmd.helpGroup(this._defaultCommandGroup);
  }

  /**
   * Set the name of the command from script filename, such as process.argv[1],
   * or require.main.filename, or __filename.
   *
   * (Used internally and public although not documented in README.)
   *
   * @example
   * program.nameFromFilename(require.main.filename);
   *
   * @param {string} filename
   * @return {Command}
   */

  nameFromFilename(filename) {
    this._name = path.basename(filename, path.extname(filename));

    return this;
  }

  /**
   * Get or set the directory for searching for executable subcommands of this command.
   *
   * @example
   * program.executableDir(__dirname);
   * // or
   * program.executableDir('subcommands');
   *
   * @param {string} [path]
   * @return {(string|null|Command)}
   */

  executableDir(path) {
    if (path === undefined) return this._executableDir;
    this._executableDir = path;
    return this;
  }

  /**
   * Return program help documentation.
   *
   * @param {{ error: boolean }} [contextOptions] - pass {error:true} to wrap for stderr instead of stdout
   * @return {string}
   */

  helpInformation(contextOptions) {
    const helper = this.createHelp();
    const context = this._getOutputContext(contextOptions);
    helper.prepareContext({
      error: context.error,
      helpWidth: context.helpWidth,
      outputHasColors: context.hasColors,
    });
    const text = helper.formatHelp(this, helper);
    if (context.hasColors) return text;
    return this._outputConfiguration.stripColor(text);
  }

  /**
   * @typedef HelpContext
   * @type {object}
   * @property {boolean} error
   * @property {number} helpWidth
   * @property {boolean} hasColors
   * @property {function} write - includes stripColor if needed
   *
   * @returns {HelpContext}
   * @private
   */

  _getOutputContext(contextOptions) {
    contextOptions = contextOptions || {};
    const error = !!contextOptions.error;
    let baseWrite;
    let hasColors;
    let helpWidth;
    if (error) {
      baseWrite = (str) => this._outputConfiguration.writeErr(str);
      hasColors = this._outputConfiguration.getErrHasColors();
      helpWidth = this._outputConfiguration.getErrHelpWidth();
    } else {
      baseWrite = (str) => this._outputConfiguration.writeOut(str);
      hasColors = this._outputConfiguration.getOutHasColors();
      helpWidth = this._outputConfiguration.getOutHelpWidth();
    }
    const write = (str) => {
      if (!hasColors) str = this._outputConfiguration.stripColor(str);
      return baseWrite(str);
    };
    return { error, write, hasColors, helpWidth };
  }

  /**
   * Output help information for this command.
   *
   * Outputs built-in help, and custom text added using `.addHelpText()`.
   *
   * @param {{ error: boolean } | Function} [contextOptions] - pass {error:true} to write to stderr instead of stdout
   */

  outputHelp(contextOptions) {
    let deprecatedCallback;
    if (typeof contextOptions === 'function') {
      deprecatedCallback = contextOptions;
      contextOptions = undefined;
    }

    const outputContext = this._getOutputContext(contextOptions);
    /** @type {HelpTextEventContext} */
    const eventContext = {
      error: outputContext.error,
      write: outputContext.write,
      command: this,
    };

    this._getCommandAndAncestors()
      .reverse()
      .forEach((command) => command.emit('beforeAllHelp', eventContext));
    this.emit('beforeHelp', eventContext);

    let helpInformation = this.helpInformation({ error: outputContext.error });
    if (deprecatedCallback) {
      helpInformation = deprecatedCallback(helpInformation);
      if (
        typeof helpInformation !== 'string' &&
        !Buffer.isBuffer(helpInformation)
      ) {
        throw new Error('outputHelp callback must return a string or a Buffer');
      }
    }
    outputContext.write(helpInformation);

    if (this._getHelpOption()?.long) {
      this.emit(this._getHelpOption().long); // deprecated
    }
    this.emit('afterHelp', eventContext);
    this._getCommandAndAncestors().forEach((command) =>
      command.emit('afterAllHelp', eventContext),
    );
  }

  /**
   * You can pass in flags and a description to customise the built-in help option.
   * Pass in false to disable the built-in help option.
   *
   * @example
   * program.helpOption('-?, --help' 'show help'); // customise
   * program.helpOption(false); // disable
   *
   * @param {(string | boolean)} flags
   * @param {string} [description]
   * @return {Command} `this` command for chaining
   */

  helpOption(flags, description) {
    // Support enabling/disabling built-in help option.
    if (typeof flags === 'boolean') {
      if (flags) {
        if (this._helpOption === null) this._helpOption = undefined; // reenable
        if (this._defaultOptionGroup) {
          // make the option to store the group
          this._initOptionGroup(this._getHelpOption());
        }
      } else {
        this._helpOption = null; // disable
      }
      return this;
    }

    // Customise flags and description.
    this._helpOption = this.createOption(
      flags ?? '-h, --help',
      description ?? 'display help for command',
    );
    // init group unless lazy create
    if (flags || description) this._initOptionGroup(this._helpOption);

    return this;
  }

  /**
   * Lazy create help option.
   * Returns null if has been disabled with .helpOption(false).
   *
   * @returns {(Option | null)} the help option
   * @package
   */
  _getHelpOption() {
    // Lazy create help option on demand.
    if (this._helpOption === undefined) {
      this.helpOption(undefined, undefined);
    }
    return this._helpOption;
  }

  /**
   * Supply your own option to use for the built-in help option.
   * This is an alternative to using helpOption() to customise the flags and description etc.
   *
   * @param {Option} option
   * @return {Command} `this` command for chaining
   */
  addHelpOption(option) {
    this._helpOption = option;
    this._initOptionGroup(option);
    return this;
  }

  /**
   * Output help information and exit.
   *
   * Outputs built-in help, and custom text added using `.addHelpText()`.
   *
   * @param {{ error: boolean }} [contextOptions] - pass {error:true} to write to stderr instead of stdout
   */

  help(contextOptions) {
    this.outputHelp(contextOptions);
    let exitCode = Number(process.exitCode ?? 0); // process.exitCode does allow a string or an integer, but we prefer just a number
    if (
      exitCode === 0 &&
      contextOptions &&
      typeof contextOptions !== 'function' &&
      contextOptions.error
    ) {
      exitCode = 1;
    }
    // message: do not have all displayed text available so only passing placeholder.
    this._exit(exitCode, 'commander.help', '(outputHelp)');
  }

  /**
   * // Do a little typing to coordinate emit and listener for the help text events.
   * @typedef HelpTextEventContext
   * @type {object}
   * @property {boolean} error
   * @property {Command} command
   * @property {function} write
   */

  /**
   * Add additional text to be displayed with the built-in help.
   *
   * Position is 'before' or 'after' to affect just this command,
   * and 'beforeAll' or 'afterAll' to affect this command and all its subcommands.
   *
   * @param {string} position - before or after built-in help
   * @param {(string | Function)} text - string to add, or a function returning a string
   * @return {Command} `this` command for chaining
   */

  addHelpText(position, text) {
    const allowedValues = ['beforeAll', 'before', 'after', 'afterAll'];
    if (!allowedValues.includes(position)) {
      throw new Error(`Unexpected value for position to addHelpText.
Expecting one of '${allowedValues.join("', '")}'`);
    }

    const helpEvent = `${position}Help`;
    this.on(helpEvent, (/** @type {HelpTextEventContext} */ context) => {
      let helpStr;
      if (typeof text === 'function') {
        helpStr = text({ error: context.error, command: context.command });
      } else {
        helpStr = text;
      }
      // Ignore falsy value when nothing to output.
      if (helpStr) {
        context.write(`${helpStr}\n`);
      }
    });
    return this;
  }

  /**
   * Output help information if help flags specified
   *
   * @param {Array} args - array of options to search for help flags
   * @private
   */

  _outputHelpIfRequested(args) {
    const helpOption = this._getHelpOption();
    const helpRequested = helpOption && args.find((arg) => helpOption.is(arg));
    if (helpRequested) {
      this.outputHelp();
      // (Do not have all displayed text available so only passing placeholder.)
      this._exit(0, 'commander.helpDisplayed', '(outputHelp)');
    }
  }
}

/**
 * Scan arguments and increment port number for inspect calls (to avoid conflicts when spawning new command).
 *
 * @param {string[]} args - array of arguments from node.execArgv
 * @returns {string[]}
 * @private
 */

function incrementNodeInspectorPort(args) {
  // Testing for these options:
  //  --inspect[=[host:]port]
  //  --inspect-brk[=[host:]port]
  //  --inspect-port=[host:]port
  return args.map((arg) => {
    if (!arg.startsWith('--inspect')) {
      return arg;
    }
    let debugOption;
    let debugHost = '127.0.0.1';
    let debugPort = '9229';
    let match;
    if ((match = arg.match(/^(--inspect(-brk)?)$/)) !== null) {
      // e.g. --inspect
      debugOption = match[1];
    } else if (
      (match = arg.match(/^(--inspect(-brk|-port)?)=([^:]+)$/)) !== null
    ) {
      debugOption = match[1];
      if (/^\d+$/.test(match[3])) {
        // e.g. --inspect=1234
        debugPort = match[3];
      } else {
        // e.g. --inspect=localhost
        debugHost = match[3];
      }
    } else if (
      (match = arg.match(/^(--inspect(-brk|-port)?)=([^:]+):(\d+)$/)) !== null
    ) {
      // e.g. --inspect=localhost:1234
      debugOption = match[1];
      debugHost = match[3];
      debugPort = match[4];
    }

    if (debugOption && debugPort !== '0') {
      return `${debugOption}=${debugHost}:${parseInt(debugPort) + 1}`;
    }
    return arg;
  });
}

/**
 * @returns {boolean | undefined}
 * @package
 */
function useColor() {
  // Test for common conventions.
  // NB: the observed behaviour is in combination with how author adds color! For example:
  //   - we do not test NODE_DISABLE_COLORS, but util:styletext does
  //   - we do test NO_COLOR, but Chalk does not
  //
  // References:
  // https://no-color.org
  // https://bixense.com/clicolors/
  // https://github.com/nodejs/node/blob/0a00217a5f67ef4a22384cfc80eb6dd9a917fdc1/lib/internal/tty.js#L109
  // https://github.com/chalk/supports-color/blob/c214314a14bcb174b12b3014b2b0a8de375029ae/index.js#L33
  // (https://force-color.org recent web page from 2023, does not match major javascript implementations)

  if (
    process.env.NO_COLOR ||
    process.env.FORCE_COLOR === '0' ||
    process.env.FORCE_COLOR === 'false'
  )
    return false;
  if (process.env.FORCE_COLOR || process.env.CLICOLOR_FORCE !== undefined)
    return true;
  return undefined;
}

exports.Command = Command;
exports.useColor = useColor; // exporting for tests


/***/ }),

/***/ 41135:
/***/ ((__unused_webpack_module, exports) => {

/**
 * CommanderError class
 */
class CommanderError extends Error {
  /**
   * Constructs the CommanderError class
   * @param {number} exitCode suggested exit code which could be used with process.exit
   * @param {string} code an id string representing the error
   * @param {string} message human-readable description of the error
   */
  constructor(exitCode, code, message) {
    super(message);
    // properly capture stack trace in Node.js
    Error.captureStackTrace(this, this.constructor);
    this.name = this.constructor.name;
    this.code = code;
    this.exitCode = exitCode;
    this.nestedError = undefined;
  }
}

/**
 * InvalidArgumentError class
 */
class InvalidArgumentError extends CommanderError {
  /**
   * Constructs the InvalidArgumentError class
   * @param {string} [message] explanation of why argument is invalid
   */
  constructor(message) {
    super(1, 'commander.invalidArgument', message);
    // properly capture stack trace in Node.js
    Error.captureStackTrace(this, this.constructor);
    this.name = this.constructor.name;
  }
}

exports.CommanderError = CommanderError;
exports.InvalidArgumentError = InvalidArgumentError;


/***/ }),

/***/ 79754:
/***/ ((__unused_webpack_module, exports, __nccwpck_require__) => {

const { humanReadableArgName } = __nccwpck_require__(49154);

/**
 * TypeScript import types for JSDoc, used by Visual Studio Code IntelliSense and `npm run typescript-checkJS`
 * https://www.typescriptlang.org/docs/handbook/jsdoc-supported-types.html#import-types
 * @typedef { import("./argument.js").Argument } Argument
 * @typedef { import("./command.js").Command } Command
 * @typedef { import("./option.js").Option } Option
 */

// Although this is a class, methods are static in style to allow override using subclass or just functions.
class Help {
  constructor() {
    this.helpWidth = undefined;
    this.minWidthToWrap = 40;
    this.sortSubcommands = false;
    this.sortOptions = false;
    this.showGlobalOptions = false;
  }

  /**
   * prepareContext is called by Commander after applying overrides from `Command.configureHelp()`
   * and just before calling `formatHelp()`.
   *
   * Commander just uses the helpWidth and the rest is provided for optional use by more complex subclasses.
   *
   * @param {{ error?: boolean, helpWidth?: number, outputHasColors?: boolean }} contextOptions
   */
  prepareContext(contextOptions) {
    this.helpWidth = this.helpWidth ?? contextOptions.helpWidth ?? 80;
  }

  /**
   * Get an array of the visible subcommands. Includes a placeholder for the implicit help command, if there is one.
   *
   * @param {Command} cmd
   * @returns {Command[]}
   */

  visibleCommands(cmd) {
    const visibleCommands = cmd.commands.filter((cmd) => !cmd._hidden);
    const helpCommand = cmd._getHelpCommand();
    if (helpCommand && !helpCommand._hidden) {
      visibleCommands.push(helpCommand);
    }
    if (this.sortSubcommands) {
      visibleCommands.sort((a, b) => {
        // @ts-ignore: because overloaded return type
        return a.name().localeCompare(b.name());
      });
    }
    return visibleCommands;
  }

  /**
   * Compare options for sort.
   *
   * @param {Option} a
   * @param {Option} b
   * @returns {number}
   */
  compareOptions(a, b) {
    const getSortKey = (option) => {
      // WYSIWYG for order displayed in help. Short used for comparison if present. No special handling for negated.
      return option.short
        ? option.short.replace(/^-/, '')
        : option.long.replace(/^--/, '');
    };
    return getSortKey(a).localeCompare(getSortKey(b));
  }

  /**
   * Get an array of the visible options. Includes a placeholder for the implicit help option, if there is one.
   *
   * @param {Command} cmd
   * @returns {Option[]}
   */

  visibleOptions(cmd) {
    const visibleOptions = cmd.options.filter((option) => !option.hidden);
    // Built-in help option.
    const helpOption = cmd._getHelpOption();
    if (helpOption && !helpOption.hidden) {
      // Automatically hide conflicting flags. Bit dubious but a historical behaviour that is convenient for single-command programs.
      const removeShort = helpOption.short && cmd._findOption(helpOption.short);
      const removeLong = helpOption.long && cmd._findOption(helpOption.long);
      if (!removeShort && !removeLong) {
        visibleOptions.push(helpOption); // no changes needed
      } else if (helpOption.long && !removeLong) {
        visibleOptions.push(
          cmd.createOption(helpOption.long, helpOption.description),
        );
      } else if (helpOption.short && !removeShort) {
        visibleOptions.push(
          cmd.createOption(helpOption.short, helpOption.description),
        );
      }
    }
    if (this.sortOptions) {
      visibleOptions.sort(this.compareOptions);
    }
    return visibleOptions;
  }

  /**
   * Get an array of the visible global options. (Not including help.)
   *
   * @param {Command} cmd
   * @returns {Option[]}
   */

  visibleGlobalOptions(cmd) {
    if (!this.showGlobalOptions) return [];

    const globalOptions = [];
    for (
      let ancestorCmd = cmd.parent;
      ancestorCmd;
      ancestorCmd = ancestorCmd.parent
    ) {
      const visibleOptions = ancestorCmd.options.filter(
        (option) => !option.hidden,
      );
      globalOptions.push(...visibleOptions);
    }
    if (this.sortOptions) {
      globalOptions.sort(this.compareOptions);
    }
    return globalOptions;
  }

  /**
   * Get an array of the arguments if any have a description.
   *
   * @param {Command} cmd
   * @returns {Argument[]}
   */

  visibleArguments(cmd) {
    // Side effect! Apply the legacy descriptions before the arguments are displayed.
    if (cmd._argsDescription) {
      cmd.registeredArguments.forEach((argument) => {
        argument.description =
          argument.description || cmd._argsDescription[argument.name()] || '';
      });
    }

    // If there are any arguments with a description then return all the arguments.
    if (cmd.registeredArguments.find((argument) => argument.description)) {
      return cmd.registeredArguments;
    }
    return [];
  }

  /**
   * Get the command term to show in the list of subcommands.
   *
   * @param {Command} cmd
   * @returns {string}
   */

  subcommandTerm(cmd) {
    // Legacy. Ignores custom usage string, and nested commands.
    const args = cmd.registeredArguments
      .map((arg) => humanReadableArgName(arg))
      .join(' ');
    return (
      cmd._name +
      (cmd._aliases[0] ? '|' + cmd._aliases[0] : '') +
      (cmd.options.length ? ' [options]' : '') + // simplistic check for non-help option
      (args ? ' ' + args : '')
    );
  }

  /**
   * Get the option term to show in the list of options.
   *
   * @param {Option} option
   * @returns {string}
   */

  optionTerm(option) {
    return option.flags;
  }

  /**
   * Get the argument term to show in the list of arguments.
   *
   * @param {Argument} argument
   * @returns {string}
   */

  argumentTerm(argument) {
    return argument.name();
  }

  /**
   * Get the longest command term length.
   *
   * @param {Command} cmd
   * @param {Help} helper
   * @returns {number}
   */

  longestSubcommandTermLength(cmd, helper) {
    return helper.visibleCommands(cmd).reduce((max, command) => {
      return Math.max(
        max,
        this.displayWidth(
          helper.styleSubcommandTerm(helper.subcommandTerm(command)),
        ),
      );
    }, 0);
  }

  /**
   * Get the longest option term length.
   *
   * @param {Command} cmd
   * @param {Help} helper
   * @returns {number}
   */

  longestOptionTermLength(cmd, helper) {
    return helper.visibleOptions(cmd).reduce((max, option) => {
      return Math.max(
        max,
        this.displayWidth(helper.styleOptionTerm(helper.optionTerm(option))),
      );
    }, 0);
  }

  /**
   * Get the longest global option term length.
   *
   * @param {Command} cmd
   * @param {Help} helper
   * @returns {number}
   */

  longestGlobalOptionTermLength(cmd, helper) {
    return helper.visibleGlobalOptions(cmd).reduce((max, option) => {
      return Math.max(
        max,
        this.displayWidth(helper.styleOptionTerm(helper.optionTerm(option))),
      );
    }, 0);
  }

  /**
   * Get the longest argument term length.
   *
   * @param {Command} cmd
   * @param {Help} helper
   * @returns {number}
   */

  longestArgumentTermLength(cmd, helper) {
    return helper.visibleArguments(cmd).reduce((max, argument) => {
      return Math.max(
        max,
        this.displayWidth(
          helper.styleArgumentTerm(helper.argumentTerm(argument)),
        ),
      );
    }, 0);
  }

  /**
   * Get the command usage to be displayed at the top of the built-in help.
   *
   * @param {Command} cmd
   * @returns {string}
   */

  commandUsage(cmd) {
    // Usage
    let cmdName = cmd._name;
    if (cmd._aliases[0]) {
      cmdName = cmdName + '|' + cmd._aliases[0];
    }
    let ancestorCmdNames = '';
    for (
      let ancestorCmd = cmd.parent;
      ancestorCmd;
      ancestorCmd = ancestorCmd.parent
    ) {
      ancestorCmdNames = ancestorCmd.name() + ' ' + ancestorCmdNames;
    }
    return ancestorCmdNames + cmdName + ' ' + cmd.usage();
  }

  /**
   * Get the description for the command.
   *
   * @param {Command} cmd
   * @returns {string}
   */

  commandDescription(cmd) {
    // @ts-ignore: because overloaded return type
    return cmd.description();
  }

  /**
   * Get the subcommand summary to show in the list of subcommands.
   * (Fallback to description for backwards compatibility.)
   *
   * @param {Command} cmd
   * @returns {string}
   */

  subcommandDescription(cmd) {
    // @ts-ignore: because overloaded return type
    return cmd.summary() || cmd.description();
  }

  /**
   * Get the option description to show in the list of options.
   *
   * @param {Option} option
   * @return {string}
   */

  optionDescription(option) {
    const extraInfo = [];

    if (option.argChoices) {
      extraInfo.push(
        // use stringify to match the display of the default value
        `choices: ${option.argChoices.map((choice) => JSON.stringify(choice)).join(', ')}`,
      );
    }
    if (option.defaultValue !== undefined) {
      // default for boolean and negated more for programmer than end user,
      // but show true/false for boolean option as may be for hand-rolled env or config processing.
      const showDefault =
        option.required ||
        option.optional ||
        (option.isBoolean() && typeof option.defaultValue === 'boolean');
      if (showDefault) {
        extraInfo.push(
          `default: ${option.defaultValueDescription || JSON.stringify(option.defaultValue)}`,
        );
      }
    }
    // preset for boolean and negated are more for programmer than end user
    if (option.presetArg !== undefined && option.optional) {
      extraInfo.push(`preset: ${JSON.stringify(option.presetArg)}`);
    }
    if (option.envVar !== undefined) {
      extraInfo.push(`env: ${option.envVar}`);
    }
    if (extraInfo.length > 0) {
      const extraDescription = `(${extraInfo.join(', ')})`;
      if (option.description) {
        return `${option.description} ${extraDescription}`;
      }
      return extraDescription;
    }

    return option.description;
  }

  /**
   * Get the argument description to show in the list of arguments.
   *
   * @param {Argument} argument
   * @return {string}
   */

  argumentDescription(argument) {
    const extraInfo = [];
    if (argument.argChoices) {
      extraInfo.push(
        // use stringify to match the display of the default value
        `choices: ${argument.argChoices.map((choice) => JSON.stringify(choice)).join(', ')}`,
      );
    }
    if (argument.defaultValue !== undefined) {
      extraInfo.push(
        `default: ${argument.defaultValueDescription || JSON.stringify(argument.defaultValue)}`,
      );
    }
    if (extraInfo.length > 0) {
      const extraDescription = `(${extraInfo.join(', ')})`;
      if (argument.description) {
        return `${argument.description} ${extraDescription}`;
      }
      return extraDescription;
    }
    return argument.description;
  }

  /**
   * Format a list of items, given a heading and an array of formatted items.
   *
   * @param {string} heading
   * @param {string[]} items
   * @param {Help} helper
   * @returns string[]
   */
  formatItemList(heading, items, helper) {
    if (items.length === 0) return [];

    return [helper.styleTitle(heading), ...items, ''];
  }

  /**
   * Group items by their help group heading.
   *
   * @param {Command[] | Option[]} unsortedItems
   * @param {Command[] | Option[]} visibleItems
   * @param {Function} getGroup
   * @returns {Map<string, Command[] | Option[]>}
   */
  groupItems(unsortedItems, visibleItems, getGroup) {
    const result = new Map();
    // Add groups in order of appearance in unsortedItems.
    unsortedItems.forEach((item) => {
      const group = getGroup(item);
      if (!result.has(group)) result.set(group, []);
    });
    // Add items in order of appearance in visibleItems.
    visibleItems.forEach((item) => {
      const group = getGroup(item);
      if (!result.has(group)) {
        result.set(group, []);
      }
      result.get(group).push(item);
    });
    return result;
  }

  /**
   * Generate the built-in help text.
   *
   * @param {Command} cmd
   * @param {Help} helper
   * @returns {string}
   */

  formatHelp(cmd, helper) {
    const termWidth = helper.padWidth(cmd, helper);
    const helpWidth = helper.helpWidth ?? 80; // in case prepareContext() was not called

    function callFormatItem(term, description) {
      return helper.formatItem(term, termWidth, description, helper);
    }

    // Usage
    let output = [
      `${helper.styleTitle('Usage:')} ${helper.styleUsage(helper.commandUsage(cmd))}`,
      '',
    ];

    // Description
    const commandDescription = helper.commandDescription(cmd);
    if (commandDescription.length > 0) {
      output = output.concat([
        helper.boxWrap(
          helper.styleCommandDescription(commandDescription),
          helpWidth,
        ),
        '',
      ]);
    }

    // Arguments
    const argumentList = helper.visibleArguments(cmd).map((argument) => {
      return callFormatItem(
        helper.styleArgumentTerm(helper.argumentTerm(argument)),
        helper.styleArgumentDescription(helper.argumentDescription(argument)),
      );
    });
    output = output.concat(
      this.formatItemList('Arguments:', argumentList, helper),
    );

    // Options
    const optionGroups = this.groupItems(
      cmd.options,
      helper.visibleOptions(cmd),
      (option) => option.helpGroupHeading ?? 'Options:',
    );
    optionGroups.forEach((options, group) => {
      const optionList = options.map((option) => {
        return callFormatItem(
          helper.styleOptionTerm(helper.optionTerm(option)),
          helper.styleOptionDescription(helper.optionDescription(option)),
        );
      });
      output = output.concat(this.formatItemList(group, optionList, helper));
    });

    if (helper.showGlobalOptions) {
      const globalOptionList = helper
        .visibleGlobalOptions(cmd)
        .map((option) => {
          return callFormatItem(
            helper.styleOptionTerm(helper.optionTerm(option)),
            helper.styleOptionDescription(helper.optionDescription(option)),
          );
        });
      output = output.concat(
        this.formatItemList('Global Options:', globalOptionList, helper),
      );
    }

    // Commands
    const commandGroups = this.groupItems(
      cmd.commands,
      helper.visibleCommands(cmd),
      (sub) => sub.helpGroup() || 'Commands:',
    );
    commandGroups.forEach((commands, group) => {
      const commandList = commands.map((sub) => {
        return callFormatItem(
          helper.styleSubcommandTerm(helper.subcommandTerm(sub)),
          helper.styleSubcommandDescription(helper.subcommandDescription(sub)),
        );
      });
      output = output.concat(this.formatItemList(group, commandList, helper));
    });

    return output.join('\n');
  }

  /**
   * Return display width of string, ignoring ANSI escape sequences. Used in padding and wrapping calculations.
   *
   * @param {string} str
   * @returns {number}
   */
  displayWidth(str) {
    return stripColor(str).length;
  }

  /**
   * Style the title for displaying in the help. Called with 'Usage:', 'Options:', etc.
   *
   * @param {string} str
   * @returns {string}
   */
  styleTitle(str) {
    return str;
  }

  styleUsage(str) {
    // Usage has lots of parts the user might like to color separately! Assume default usage string which is formed like:
    //    command subcommand [options] [command] <foo> [bar]
    return str
      .split(' ')
      .map((word) => {
        if (word === '[options]') return this.styleOptionText(word);
        if (word === '[command]') return this.styleSubcommandText(word);
        if (word[0] === '[' || word[0] === '<')
          return this.styleArgumentText(word);
        return this.styleCommandText(word); // Restrict to initial words?
      })
      .join(' ');
  }
  styleCommandDescription(str) {
    return this.styleDescriptionText(str);
  }
  styleOptionDescription(str) {
    return this.styleDescriptionText(str);
  }
  styleSubcommandDescription(str) {
    return this.styleDescriptionText(str);
  }
  styleArgumentDescription(str) {
    return this.styleDescriptionText(str);
  }
  styleDescriptionText(str) {
    return str;
  }
  styleOptionTerm(str) {
    return this.styleOptionText(str);
  }
  styleSubcommandTerm(str) {
    // This is very like usage with lots of parts! Assume default string which is formed like:
    //    subcommand [options] <foo> [bar]
    return str
      .split(' ')
      .map((word) => {
        if (word === '[options]') return this.styleOptionText(word);
        if (word[0] === '[' || word[0] === '<')
          return this.styleArgumentText(word);
        return this.styleSubcommandText(word); // Restrict to initial words?
      })
      .join(' ');
  }
  styleArgumentTerm(str) {
    return this.styleArgumentText(str);
  }
  styleOptionText(str) {
    return str;
  }
  styleArgumentText(str) {
    return str;
  }
  styleSubcommandText(str) {
    return str;
  }
  styleCommandText(str) {
    return str;
  }

  /**
   * Calculate the pad width from the maximum term length.
   *
   * @param {Command} cmd
   * @param {Help} helper
   * @returns {number}
   */

  padWidth(cmd, helper) {
    return Math.max(
      helper.longestOptionTermLength(cmd, helper),
      helper.longestGlobalOptionTermLength(cmd, helper),
      helper.longestSubcommandTermLength(cmd, helper),
      helper.longestArgumentTermLength(cmd, helper),
    );
  }

  /**
   * Detect manually wrapped and indented strings by checking for line break followed by whitespace.
   *
   * @param {string} str
   * @returns {boolean}
   */
  preformatted(str) {
    return /\n[^\S\r\n]/.test(str);
  }

  /**
   * Format the "item", which consists of a term and description. Pad the term and wrap the description, indenting the following lines.
   *
   * So "TTT", 5, "DDD DDDD DD DDD" might be formatted for this.helpWidth=17 like so:
   *   TTT  DDD DDDD
   *        DD DDD
   *
   * @param {string} term
   * @param {number} termWidth
   * @param {string} description
   * @param {Help} helper
   * @returns {string}
   */
  formatItem(term, termWidth, description, helper) {
    const itemIndent = 2;
    const itemIndentStr = ' '.repeat(itemIndent);
    if (!description) return itemIndentStr + term;

    // Pad the term out to a consistent width, so descriptions are aligned.
    const paddedTerm = term.padEnd(
      termWidth + term.length - helper.displayWidth(term),
    );

    // Format the description.
    const spacerWidth = 2; // between term and description
    const helpWidth = this.helpWidth ?? 80; // in case prepareContext() was not called
    const remainingWidth = helpWidth - termWidth - spacerWidth - itemIndent;
    let formattedDescription;
    if (
      remainingWidth < this.minWidthToWrap ||
      helper.preformatted(description)
    ) {
      formattedDescription = description;
    } else {
      const wrappedDescription = helper.boxWrap(description, remainingWidth);
      formattedDescription = wrappedDescription.replace(
        /\n/g,
        '\n' + ' '.repeat(termWidth + spacerWidth),
      );
    }

    // Construct and overall indent.
    return (
      itemIndentStr +
      paddedTerm +
      ' '.repeat(spacerWidth) +
      formattedDescription.replace(/\n/g, `\n${itemIndentStr}`)
    );
  }

  /**
   * Wrap a string at whitespace, preserving existing line breaks.
   * Wrapping is skipped if the width is less than `minWidthToWrap`.
   *
   * @param {string} str
   * @param {number} width
   * @returns {string}
   */
  boxWrap(str, width) {
    if (width < this.minWidthToWrap) return str;

    const rawLines = str.split(/\r\n|\n/);
    // split up text by whitespace
    const chunkPattern = /[\s]*[^\s]+/g;
    const wrappedLines = [];
    rawLines.forEach((line) => {
      const chunks = line.match(chunkPattern);
      if (chunks === null) {
        wrappedLines.push('');
        return;
      }

      let sumChunks = [chunks.shift()];
      let sumWidth = this.displayWidth(sumChunks[0]);
      chunks.forEach((chunk) => {
        const visibleWidth = this.displayWidth(chunk);
        // Accumulate chunks while they fit into width.
        if (sumWidth + visibleWidth <= width) {
          sumChunks.push(chunk);
          sumWidth += visibleWidth;
          return;
        }
        wrappedLines.push(sumChunks.join(''));

        const nextChunk = chunk.trimStart(); // trim space at line break
        sumChunks = [nextChunk];
        sumWidth = this.displayWidth(nextChunk);
      });
      wrappedLines.push(sumChunks.join(''));
    });

    return wrappedLines.join('\n');
  }
}

/**
 * Strip style ANSI escape sequences from the string. In particular, SGR (Select Graphic Rendition) codes.
 *
 * @param {string} str
 * @returns {string}
 * @package
 */

function stripColor(str) {
  // eslint-disable-next-line no-control-regex
  const sgrPattern = /\x1b\[\d*(;\d*)*m/g;
  return str.replace(sgrPattern, '');
}

exports.Help = Help;
exports.stripColor = stripColor;


/***/ }),

/***/ 45240:
/***/ ((__unused_webpack_module, exports, __nccwpck_require__) => {

const { InvalidArgumentError } = __nccwpck_require__(41135);

class Option {
  /**
   * Initialize a new `Option` with the given `flags` and `description`.
   *
   * @param {string} flags
   * @param {string} [description]
   */

  constructor(flags, description) {
    this.flags = flags;
    this.description = description || '';

    this.required = flags.includes('<'); // A value must be supplied when the option is specified.
    this.optional = flags.includes('['); // A value is optional when the option is specified.
    // variadic test ignores <value,...> et al which might be used to describe custom splitting of single argument
    this.variadic = /\w\.\.\.[>\]]$/.test(flags); // The option can take multiple values.
    this.mandatory = false; // The option must have a value after parsing, which usually means it must be specified on command line.
    const optionFlags = splitOptionFlags(flags);
    this.short = optionFlags.shortFlag; // May be a short flag, undefined, or even a long flag (if option has two long flags).
    this.long = optionFlags.longFlag;
    this.negate = false;
    if (this.long) {
      this.negate = this.long.startsWith('--no-');
    }
    this.defaultValue = undefined;
    this.defaultValueDescription = undefined;
    this.presetArg = undefined;
    this.envVar = undefined;
    this.parseArg = undefined;
    this.hidden = false;
    this.argChoices = undefined;
    this.conflictsWith = [];
    this.implied = undefined;
    this.helpGroupHeading = undefined; // soft initialised when option added to command
  }

  /**
   * Set the default value, and optionally supply the description to be displayed in the help.
   *
   * @param {*} value
   * @param {string} [description]
   * @return {Option}
   */

  default(value, description) {
    this.defaultValue = value;
    this.defaultValueDescription = description;
    return this;
  }

  /**
   * Preset to use when option used without option-argument, especially optional but also boolean and negated.
   * The custom processing (parseArg) is called.
   *
   * @example
   * new Option('--color').default('GREYSCALE').preset('RGB');
   * new Option('--donate [amount]').preset('20').argParser(parseFloat);
   *
   * @param {*} arg
   * @return {Option}
   */

  preset(arg) {
    this.presetArg = arg;
    return this;
  }

  /**
   * Add option name(s) that conflict with this option.
   * An error will be displayed if conflicting options are found during parsing.
   *
   * @example
   * new Option('--rgb').conflicts('cmyk');
   * new Option('--js').conflicts(['ts', 'jsx']);
   *
   * @param {(string | string[])} names
   * @return {Option}
   */

  conflicts(names) {
    this.conflictsWith = this.conflictsWith.concat(names);
    return this;
  }

  /**
   * Specify implied option values for when this option is set and the implied options are not.
   *
   * The custom processing (parseArg) is not called on the implied values.
   *
   * @example
   * program
   *   .addOption(new Option('--log', 'write logging information to file'))
   *   .addOption(new Option('--trace', 'log extra details').implies({ log: 'trace.txt' }));
   *
   * @param {object} impliedOptionValues
   * @return {Option}
   */
  implies(impliedOptionValues) {
    let newImplied = impliedOptionValues;
    if (typeof impliedOptionValues === 'string') {
      // string is not documented, but easy mistake and we can do what user probably intended.
      newImplied = { [impliedOptionValues]: true };
    }
    this.implied = Object.assign(this.implied || {}, newImplied);
    return this;
  }

  /**
   * Set environment variable to check for option value.
   *
   * An environment variable is only used if when processed the current option value is
   * undefined, or the source of the current value is 'default' or 'config' or 'env'.
   *
   * @param {string} name
   * @return {Option}
   */

  env(name) {
    this.envVar = name;
    return this;
  }

  /**
   * Set the custom handler for processing CLI option arguments into option values.
   *
   * @param {Function} [fn]
   * @return {Option}
   */

  argParser(fn) {
    this.parseArg = fn;
    return this;
  }

  /**
   * Whether the option is mandatory and must have a value after parsing.
   *
   * @param {boolean} [mandatory=true]
   * @return {Option}
   */

  makeOptionMandatory(mandatory = true) {
    this.mandatory = !!mandatory;
    return this;
  }

  /**
   * Hide option in help.
   *
   * @param {boolean} [hide=true]
   * @return {Option}
   */

  hideHelp(hide = true) {
    this.hidden = !!hide;
    return this;
  }

  /**
   * @package
   */

  _collectValue(value, previous) {
    if (previous === this.defaultValue || !Array.isArray(previous)) {
      return [value];
    }

    previous.push(value);
    return previous;
  }

  /**
   * Only allow option value to be one of choices.
   *
   * @param {string[]} values
   * @return {Option}
   */

  choices(values) {
    this.argChoices = values.slice();
    this.parseArg = (arg, previous) => {
      if (!this.argChoices.includes(arg)) {
        throw new InvalidArgumentError(
          `Allowed choices are ${this.argChoices.join(', ')}.`,
        );
      }
      if (this.variadic) {
        return this._collectValue(arg, previous);
      }
      return arg;
    };
    return this;
  }

  /**
   * Return option name.
   *
   * @return {string}
   */

  name() {
    if (this.long) {
      return this.long.replace(/^--/, '');
    }
    return this.short.replace(/^-/, '');
  }

  /**
   * Return option name, in a camelcase format that can be used
   * as an object attribute key.
   *
   * @return {string}
   */

  attributeName() {
    if (this.negate) {
      return camelcase(this.name().replace(/^no-/, ''));
    }
    return camelcase(this.name());
  }

  /**
   * Set the help group heading.
   *
   * @param {string} heading
   * @return {Option}
   */
  helpGroup(heading) {
    this.helpGroupHeading = heading;
    return this;
  }

  /**
   * Check if `arg` matches the short or long flag.
   *
   * @param {string} arg
   * @return {boolean}
   * @package
   */

  is(arg) {
    return this.short === arg || this.long === arg;
  }

  /**
   * Return whether a boolean option.
   *
   * Options are one of boolean, negated, required argument, or optional argument.
   *
   * @return {boolean}
   * @package
   */

  isBoolean() {
    return !this.required && !this.optional && !this.negate;
  }
}

/**
 * This class is to make it easier to work with dual options, without changing the existing
 * implementation. We support separate dual options for separate positive and negative options,
 * like `--build` and `--no-build`, which share a single option value. This works nicely for some
 * use cases, but is tricky for others where we want separate behaviours despite
 * the single shared option value.
 */
class DualOptions {
  /**
   * @param {Option[]} options
   */
  constructor(options) {
    this.positiveOptions = new Map();
    this.negativeOptions = new Map();
    this.dualOptions = new Set();
    options.forEach((option) => {
      if (option.negate) {
        this.negativeOptions.set(option.attributeName(), option);
      } else {
        this.positiveOptions.set(option.attributeName(), option);
      }
    });
    this.negativeOptions.forEach((value, key) => {
      if (this.positiveOptions.has(key)) {
        this.dualOptions.add(key);
      }
    });
  }

  /**
   * Did the value come from the option, and not from possible matching dual option?
   *
   * @param {*} value
   * @param {Option} option
   * @returns {boolean}
   */
  valueFromOption(value, option) {
    const optionKey = option.attributeName();
    if (!this.dualOptions.has(optionKey)) return true;

    // Use the value to deduce if (probably) came from the option.
    const preset = this.negativeOptions.get(optionKey).presetArg;
    const negativeValue = preset !== undefined ? preset : false;
    return option.negate === (negativeValue === value);
  }
}

/**
 * Convert string from kebab-case to camelCase.
 *
 * @param {string} str
 * @return {string}
 * @private
 */

function camelcase(str) {
  return str.split('-').reduce((str, word) => {
    return str + word[0].toUpperCase() + word.slice(1);
  });
}

/**
 * Split the short and long flag out of something like '-m,--mixed <value>'
 *
 * @private
 */

function splitOptionFlags(flags) {
  let shortFlag;
  let longFlag;
  // short flag, single dash and single character
  const shortFlagExp = /^-[^-]$/;
  // long flag, double dash and at least one character
  const longFlagExp = /^--[^-]/;

  const flagParts = flags.split(/[ |,]+/).concat('guard');
  // Normal is short and/or long.
  if (shortFlagExp.test(flagParts[0])) shortFlag = flagParts.shift();
  if (longFlagExp.test(flagParts[0])) longFlag = flagParts.shift();
  // Long then short. Rarely used but fine.
  if (!shortFlag && shortFlagExp.test(flagParts[0]))
    shortFlag = flagParts.shift();
  // Allow two long flags, like '--ws, --workspace'
  // This is the supported way to have a shortish option flag.
  if (!shortFlag && longFlagExp.test(flagParts[0])) {
    shortFlag = longFlag;
    longFlag = flagParts.shift();
  }

  // Check for unprocessed flag. Fail noisily rather than silently ignore.
  if (flagParts[0].startsWith('-')) {
    const unsupportedFlag = flagParts[0];
    const baseError = `option creation failed due to '${unsupportedFlag}' in option flags '${flags}'`;
    if (/^-[^-][^-]/.test(unsupportedFlag))
      throw new Error(
        `${baseError}
- a short flag is a single dash and a single character
  - either use a single dash and a single character (for a short flag)
  - or use a double dash for a long option (and can have two, like '--ws, --workspace')`,
      );
    if (shortFlagExp.test(unsupportedFlag))
      throw new Error(`${baseError}
- too many short flags`);
    if (longFlagExp.test(unsupportedFlag))
      throw new Error(`${baseError}
- too many long flags`);

    throw new Error(`${baseError}
- unrecognised flag format`);
  }
  if (shortFlag === undefined && longFlag === undefined)
    throw new Error(
      `option creation failed due to no flags found in '${flags}'.`,
    );

  return { shortFlag, longFlag };
}

exports.Option = Option;
exports.DualOptions = DualOptions;


/***/ }),

/***/ 65030:
/***/ ((__unused_webpack_module, exports) => {

const maxDistance = 3;

function editDistance(a, b) {
  // https://en.wikipedia.org/wiki/Damerau–Levenshtein_distance
  // Calculating optimal string alignment distance, no substring is edited more than once.
  // (Simple implementation.)

  // Quick early exit, return worst case.
  if (Math.abs(a.length - b.length) > maxDistance)
    return Math.max(a.length, b.length);

  // distance between prefix substrings of a and b
  const d = [];

  // pure deletions turn a into empty string
  for (let i = 0; i <= a.length; i++) {
    d[i] = [i];
  }
  // pure insertions turn empty string into b
  for (let j = 0; j <= b.length; j++) {
    d[0][j] = j;
  }

  // fill matrix
  for (let j = 1; j <= b.length; j++) {
    for (let i = 1; i <= a.length; i++) {
      let cost = 1;
      if (a[i - 1] === b[j - 1]) {
        cost = 0;
      } else {
        cost = 1;
      }
      d[i][j] = Math.min(
        d[i - 1][j] + 1, // deletion
        d[i][j - 1] + 1, // insertion
        d[i - 1][j - 1] + cost, // substitution
      );
      // transposition
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        d[i][j] = Math.min(d[i][j], d[i - 2][j - 2] + 1);
      }
    }
  }

  return d[a.length][b.length];
}

/**
 * Find close matches, restricted to same number of edits.
 *
 * @param {string} word
 * @param {string[]} candidates
 * @returns {string}
 */

function suggestSimilar(word, candidates) {
  if (!candidates || candidates.length === 0) return '';
  // remove possible duplicates
  candidates = Array.from(new Set(candidates));

  const searchingOptions = word.startsWith('--');
  if (searchingOptions) {
    word = word.slice(2);
    candidates = candidates.map((candidate) => candidate.slice(2));
  }

  let similar = [];
  let bestDistance = maxDistance;
  const minSimilarity = 0.4;
  candidates.forEach((candidate) => {
    if (candidate.length <= 1) return; // no one character guesses

    const distance = editDistance(word, candidate);
    const length = Math.max(word.length, candidate.length);
    const similarity = (length - distance) / length;
    if (similarity > minSimilarity) {
      if (distance < bestDistance) {
        // better edit distance, throw away previous worse matches
        bestDistance = distance;
        similar = [candidate];
      } else if (distance === bestDistance) {
        similar.push(candidate);
      }
    }
  });

  similar.sort((a, b) => a.localeCompare(b));
  if (searchingOptions) {
    similar = similar.map((candidate) => `--${candidate}`);
  }

  if (similar.length > 1) {
    return `\n(Did you mean one of ${similar.join(', ')}?)`;
  }
  if (similar.length === 1) {
    return `\n(Did you mean ${similar[0]}?)`;
  }
  return '';
}

exports.suggestSimilar = suggestSimilar;


/***/ }),

/***/ 33986:
/***/ ((__webpack_module__, __unused_webpack___webpack_exports__, __nccwpck_require__) => {

__nccwpck_require__.a(__webpack_module__, async (__webpack_handle_async_dependencies__, __webpack_async_result__) => { try {
/* harmony import */ var _command_line_main_js__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(44849);

process.exitCode = await (0,_command_line_main_js__WEBPACK_IMPORTED_MODULE_0__/* .main */ .i)({
    argv: process.argv.slice(2),
    program: [process.execPath, ...process.execArgv, process.argv[1] ?? ''],
    environment: process.env,
    workingDirectory: process.cwd(),
    endsProcess: true,
    stdout: process.stdout,
    stderr: process.stderr,
});
// An explicit exit: keep-alive sockets would hold the process for minutes after the work is done.
process.stdout.write('', () => process.stderr.write('', () => process.exit()));

__webpack_async_result__();
} catch(e) { __webpack_async_result__(e); } }, 1);

/***/ }),

/***/ 45010:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {


// EXPORTS
__nccwpck_require__.d(__webpack_exports__, {
  OF: () => (/* binding */ SHELLS),
  It: () => (/* binding */ TOOLS),
  Lx: () => (/* binding */ commandSpec),
  MW: () => (/* binding */ commandSpecs)
});

// UNUSED EXPORTS: topicNames

// EXTERNAL MODULE: ./build/option-list.js + 1 modules
var option_list = __nccwpck_require__(3215);
;// CONCATENATED MODULE: ./build/command-line/examples.js
/** The examples of the help; each of them is parsed by a test. */
const EXAMPLES = {
    backup: [
        {
            for: 'A first backup, proven by restoring it into a throw-away cluster',
            command: 'pg-lifeboat backup --database-url postgresql://backup@db/app --store /backups/app',
        },
        {
            for: 'Two tables every day, kept for a week',
            command: 'pg-lifeboat backup --type daily --tables animals,parts --keep-daily 7',
        },
        {
            for: 'Encrypted, with a copy at another place',
            command: 'pg-lifeboat backup --type weekly --encrypt-to age1… --copies backup@offsite.example.org:/backups/app',
        },
        { for: 'Every database of lifeboat.yml, three at a time', command: 'pg-lifeboat backup --all --parallel 3' },
    ],
    validate: [
        { for: 'The newest backup', command: 'pg-lifeboat validate --store /backups/app --backup latest' },
        { for: 'A dump that another tool made', command: 'pg-lifeboat validate --backup old-dump.sql.gz' },
        { for: 'Old sets, for rot', command: 'pg-lifeboat validate --store /backups/app --rotate-check' },
    ],
    restore: [
        {
            for: 'Into a new database, beside the living one',
            command: 'pg-lifeboat restore --store /backups/app --target-url postgresql://postgres@db/app_restored',
        },
        {
            for: 'In place of the living one, which is kept under another name',
            command: 'pg-lifeboat restore --store /backups/app --target-url postgresql://postgres@db/app --restore-mode replace --confirm app',
        },
    ],
    rotate: [
        { for: 'What would be removed, and why', command: 'pg-lifeboat rotate --store /backups/app --dry-run' },
        { for: 'With other rules than usual', command: 'pg-lifeboat rotate --store /backups/app --keep-monthly 12' },
    ],
    drill: [
        {
            for: 'The quarterly drill, with a report to commit',
            command: 'pg-lifeboat drill --store /backups/app --scenario latest,clean-room --drill-report docs/drills/2026-Q4.md',
        },
    ],
    report: [
        {
            for: 'The week in figures, for a machine',
            command: 'pg-lifeboat report --store /backups/app --period weekly --timezone Europe/Madrid --json',
        },
    ],
    watch: [
        {
            for: 'Fail when backups stop coming',
            command: 'pg-lifeboat watch --store /backups/app --max-age daily=26h,weekly=8d',
        },
    ],
    maintain: [
        {
            for: 'What would be cleaned up',
            command: 'pg-lifeboat maintain --store /backups/app --database-url postgresql://postgres@db/app --dry-run',
        },
    ],
    doctor: [
        { for: 'Before the first backup', command: 'pg-lifeboat doctor --type daily' },
        {
            for: 'With the very options of a backup',
            command: 'pg-lifeboat doctor --database-url postgresql://backup@db/app --store /backups/app',
        },
    ],
    plan: [{ for: 'The jobs of a workflow, for its matrix', command: 'pg-lifeboat plan --json' }],
    schedule: [
        { for: 'As the command of a service', command: 'pg-lifeboat schedule --config /etc/pg-lifeboat/lifeboat.yml' },
    ],
    init: [
        {
            for: 'For one database',
            command: 'pg-lifeboat init --database-url postgresql://backup@db/app --store /backups/app',
        },
        { for: 'Only look at it', command: 'pg-lifeboat init --output -' },
    ],
    completion: [
        { for: 'bash, for this session', command: 'source <(pg-lifeboat completion bash)' },
        {
            for: 'bash, from now on',
            command: 'pg-lifeboat completion bash > ~/.local/share/bash-completion/completions/pg-lifeboat',
        },
        { for: 'zsh, into a folder of $fpath', command: 'pg-lifeboat completion zsh > ~/.zfunc/_pg-lifeboat' },
        { for: 'fish', command: 'pg-lifeboat completion fish > ~/.config/fish/completions/pg-lifeboat.fish' },
    ],
    help: [
        { for: 'An operation', command: 'pg-lifeboat help restore' },
        { for: 'A topic', command: 'pg-lifeboat help exit-codes' },
    ],
};

// EXTERNAL MODULE: ./build/command-line/option-groups.js
var option_groups = __nccwpck_require__(85259);
// EXTERNAL MODULE: ./build/command-line/topics.js
var topics = __nccwpck_require__(77475);
;// CONCATENATED MODULE: ./build/command-line/commands.js




/** Commands that no job of a workflow needs, and so are no operations. */
const TOOLS = ['schedule', 'init', 'completion', 'help'];
/** The shells that a completion is written for. */
const SHELLS = ['bash', 'zsh', 'fish'];
const NAMES_FILE = new Set([
    'config',
    'backup',
    'decrypt-key',
    'drill-report',
    'metrics-file',
    'report-file',
    'signing-key',
    'ssh-key',
    'ssh-known-hosts',
    'trusted-keys',
]);
const NAMES_FOLDER = new Set(['store', 'copies', 'postgres-bin']);
/** All commands, the operations first. */
function commandSpecs() {
    const operations = option_list/* OPERATIONS */.xb.map((name) => ({
        name,
        summary: option_list/* OPERATION_SUMMARIES */.n1[name],
        flags: [
            ...(0,option_list/* optionsOf */.cz)(name)
                .filter(({ where }) => where !== 'file')
                .map(flagOf),
            ...OUTPUT_FLAGS,
            HELP_FLAG,
        ],
        examples: EXAMPLES[name],
    }));
    return [...operations, ...toolSpecs()];
}
/** A command by its name. */
function commandSpec(name) {
    return commandSpecs().find((command) => command.name === name);
}
/** `pg-lifeboat help …` takes these, besides the names of commands. */
function topicNames() {
    return topics/* TOPICS */.p.map(({ name }) => name);
}
function toolSpecs() {
    return [
        {
            name: 'schedule',
            summary: 'run the schedules of lifeboat.yml until it is stopped',
            flags: [...SCHEDULE_FLAGS, ...VERBOSE_FLAGS, HELP_FLAG],
            examples: EXAMPLES.schedule,
            notes: [
                'Stays in the foreground, for a container or a service manager, and runs each type, and each of the tasks, when its schedule says, on the clocks of its time zone. Two runs on one database never overlap, but for those that only look (report, watch). What was missed while it was down is made up once. SIGTERM and Ctrl-C stop it cleanly; SIGHUP makes it read the configuration again.',
            ],
        },
        {
            name: 'init',
            summary: 'look at the database and write a commented lifeboat.yml for it',
            flags: [...INIT_FLAGS, HELP_FLAG],
            examples: EXAMPLES.init,
            notes: [
                'Connects to the database, looks how large it is, what is in it and whether this machine has what a proof needs, and writes a configuration with the facts as comments. It reads, and changes nothing in the database. Passwords are not written: the file names the variables that hold them. A file that is there already is never written over.',
            ],
        },
        {
            name: 'completion',
            summary: 'print what makes a shell complete operations, options and their values',
            argument: { name: 'shell', describe: 'The shell that it is for.', required: true, choices: SHELLS },
            flags: [HELP_FLAG],
            examples: EXAMPLES.completion,
        },
        {
            name: 'help',
            summary: 'explain an operation or a topic',
            argument: {
                name: 'topic',
                describe: 'An operation, or a topic.',
                required: false,
                choices: [...option_list/* OPERATIONS */.xb, 'schedule', 'init', 'completion', ...topicNames()],
            },
            flags: [HELP_FLAG],
            examples: EXAMPLES.help,
        },
    ];
}
const HELP_FLAG = { name: 'help', describe: 'Print this help.', group: (0,option_groups/* groupOf */.F8)('help') };
const VERBOSE_FLAGS = [
    {
        name: 'verbose',
        describe: 'Tell also what is only of interest when something is wrong.',
        group: (0,option_groups/* groupOf */.F8)('verbose'),
    },
];
const OUTPUT_FLAGS = [
    { name: 'json', describe: 'Print the results as one JSON object on stdout.', group: (0,option_groups/* groupOf */.F8)('json') },
    ...VERBOSE_FLAGS,
];
const SCHEDULE_OPTIONS = ['config', 'parallel'];
const SCHEDULE_FLAGS = (0,option_list/* optionsOf */.cz)('backup')
    .filter(({ name }) => SCHEDULE_OPTIONS.includes(name))
    .map(flagOf);
const INIT_OPTIONS = ['database-url', 'store', 'postgres-bin'];
const INIT_FLAGS = [
    ...(0,option_list/* optionsOf */.cz)('backup')
        .filter(({ name }) => INIT_OPTIONS.includes(name))
        .map(flagOf)
        .map((flag) => flag.name === 'store' ? { ...flag, default: '`backups/<database>`, below the folder you are in' } : flag),
    {
        name: 'output',
        value: '<file>',
        describe: 'The file to write; `-` prints it instead.',
        default: '`lifeboat.yml`',
        names: 'file',
        group: (0,option_groups/* groupOf */.F8)('output'),
    },
];
function flagOf(option) {
    const { name, kind, describe, choices, default: value, defaultText, example } = option;
    const fallback = defaultText ?? (value === undefined ? undefined : `\`${value}\``);
    return {
        name,
        describe,
        value: kind === 'flag' ? '[true|false]' : `<${placeholderOf(option)}>`,
        ...(kind === 'flag' && { optional: true, choices: ['true', 'false'] }),
        ...(choices !== undefined && { choices }),
        ...(fallback !== undefined && { default: fallback }),
        ...(example !== undefined && { example }),
        ...(NAMES_FILE.has(name) && { names: 'file' }),
        ...(NAMES_FOLDER.has(name) && { names: 'folder' }),
        group: (0,option_groups/* groupOf */.F8)(name),
    };
}
function placeholderOf({ kind, choices, name }) {
    if (choices !== undefined)
        return choices.join('|');
    if (kind === 'count')
        return 'n';
    if (name.endsWith('-url'))
        return 'url';
    return kind === 'rules' || kind === 'lines' ? 'text' : kind;
}


/***/ }),

/***/ 44849:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {


// EXPORTS
__nccwpck_require__.d(__webpack_exports__, {
  i: () => (/* binding */ main)
});

// EXTERNAL MODULE: ./build/errors.js
var errors = __nccwpck_require__(19473);
// EXTERNAL MODULE: ./build/control-characters.js
var control_characters = __nccwpck_require__(83678);
;// CONCATENATED MODULE: ./build/platform/progress-pace.js
/** So long something must have run before its rate means anything. */
const SETTLING = 500;
/** Lines of a log come at most so often. */
const LINE_INTERVAL = 10_000;
/** Remembers when each label was first seen, to tell its pace and when its next line is due. */
class PaceKeeper {
    monotonic;
    seen = new Map();
    constructor(monotonic) {
        this.monotonic = monotonic;
    }
    paceOf({ label, done, total }) {
        const { firstAt, firstDone } = this.entry(label, done);
        const elapsed = this.monotonic() - firstAt;
        const rate = elapsed < SETTLING ? 0 : ((done - firstDone) / elapsed) * 1000;
        return rate > 0 && total !== undefined ? { rate, remaining: Math.max(0, total - done) / rate } : { rate };
    }
    /** Whether a log should get a line now: every ten seconds, and once at the end of what took longer than that. */
    isLineDue({ label, done, total }) {
        const entry = this.entry(label, done);
        const now = this.monotonic();
        const isEnd = total !== undefined && total > 0 && done >= total;
        const due = isEnd ? !entry.ended : now - entry.lineAt >= LINE_INTERVAL;
        entry.ended ||= isEnd;
        if (due) {
            entry.lineAt = now;
        }
        return due;
    }
    entry(label, done) {
        const known = this.seen.get(label);
        // A smaller amount under the same label is a second run of it, such as a retry.
        if (known !== undefined && (done >= known.firstDone || !known.ended)) {
            return known;
        }
        const now = this.monotonic();
        const fresh = { firstAt: now, firstDone: done, lineAt: now, ended: false };
        this.seen.set(label, fresh);
        return fresh;
    }
}

// EXTERNAL MODULE: ./build/units.js
var units = __nccwpck_require__(6515);
;// CONCATENATED MODULE: ./build/platform/progress-text.js

const BAR_WIDTH = 24;
/** `dumping 42 % of 1.2 GB, 80 MB/s, 9 s left: public.animals` */
function progressText(progress, pace) {
    const { label, done, total, unit, current } = progress;
    const amount = total === undefined || total <= 0
        ? quantity(done, unit)
        : `${Math.floor(shareDone(progress) * 100)} % of ${quantity(total, unit)}`;
    const parts = [`${label} ${amount}`];
    if (pace.rate > 0 && unit !== 'tables') {
        parts.push(`${quantity(pace.rate, unit)}/s`);
    }
    if (pace.remaining !== undefined && pace.remaining >= 1 && shareDone(progress) < 1) {
        parts.push(`${(0,units/* formatDuration */.a3)(pace.remaining)} left`);
    }
    return parts.join(', ') + (current === undefined ? '' : `: ${current}`);
}
/** The same behind a bar, cut to the width of the terminal; without a total there is no bar. */
function progressBar(progress, pace, columns) {
    const text = progressText(progress, pace);
    if (progress.total === undefined || progress.total <= 0) {
        return cut(text, columns);
    }
    const filled = Math.round(shareDone(progress) * BAR_WIDTH);
    return cut(`[${'#'.repeat(filled)}${'-'.repeat(BAR_WIDTH - filled)}] ${text}`, columns);
}
/** Between 0 and 1; an estimated total may be overtaken. 0 where the total is unknown. */
function shareDone({ done, total }) {
    return total === undefined || total <= 0 ? 0 : Math.min(1, Math.max(0, done / total));
}
function cut(text, columns) {
    return text.length <= columns ? text : `${text.slice(0, Math.max(0, columns - 1))}…`;
}
function quantity(value, unit) {
    return unit === 'bytes' ? (0,units/* formatBytes */.z3)(value) : `${(0,units/* formatCount */.B4)(Math.round(value))} ${unit}`;
}

;// CONCATENATED MODULE: ./build/platform/redactor.js
/** What a hidden secret is shown as. */
const MASK = '***';
/**
 * A shorter text is not hidden: so few characters stand in every other line, and masking them would make messages
 * unreadable and give the secret away by what is missing.
 */
const SHORTEST_SECRET = 4;
/**
 * Well-known passwords of test databases that are also ordinary words of our messages. Hiding `postgres` would hide the
 * database and role of that name, and so tell what the password is.
 */
const NO_SECRETS = new Set([
    'postgres', 'postgresql', 'password', 'root', 'user', 'admin', 'test', 'localhost', 'backup', 'true', 'false', 'null',
]); // prettier-ignore
/** Replaces registered secrets in text, in every form that they may have been written in. */
class Redactor {
    forms = new Set();
    pattern;
    /** Registers a secret. Returns whether it will be hidden: see `SHORTEST_SECRET` and `NO_SECRETS`. */
    hide(secret) {
        const before = this.forms.size;
        for (const form of formsOf(secret)) {
            this.forms.add(form);
        }
        if (this.forms.size > before) {
            this.pattern = undefined;
        }
        return isHideable(secret);
    }
    redact(text) {
        if (this.forms.size === 0) {
            return text;
        }
        this.pattern ??= patternOf(this.forms);
        return text.replaceAll(this.pattern, MASK);
    }
}
/** The secret itself, its lines, and how URLs, JSON, base64, SQL and password files write it. */
function formsOf(secret) {
    const plain = [secret, secret.trim(), ...secret.split(/\r\n|\r|\n/).map((line) => line.trim())];
    return [...new Set(plain)].filter(isHideable).flatMap((text) => {
        // Buffer replaces lone surrogates, at which encodeURI throws.
        const wellFormed = Buffer.from(text).toString();
        const encoded = encodeURIComponent(wellFormed);
        const strict = encoded.replaceAll(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);
        const urls = [encoded, strict, encodeURI(wellFormed), new URLSearchParams({ x: wellFormed }).toString().slice(2)];
        const lowerCase = urls.map((url) => url.replaceAll(/%[0-9A-F]{2}/g, (code) => code.toLowerCase()));
        return [
            text,
            ...urls,
            ...lowerCase,
            JSON.stringify(text).slice(1, -1),
            Buffer.from(text).toString('base64').replace(/=+$/, ''),
            Buffer.from(text).toString('base64url'),
            text.replaceAll("'", "''"),
            text.replaceAll(/[\\:]/g, (sign) => `\\${sign}`),
        ];
    });
}
function isHideable(text) {
    return text.length >= SHORTEST_SECRET && !NO_SECRETS.has(text.toLowerCase());
}
/** Longest first, because one secret may begin with another. */
function patternOf(forms) {
    const sorted = [...forms].sort((a, b) => b.length - a.length);
    return new RegExp(sorted.map((form) => form.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, '\\$&')).join('|'), 'g');
}

;// CONCATENATED MODULE: ./build/platform/logger.js



/** What the faces share: secrets are removed first, then each face writes in the way of its place. */
class RedactingLogger {
    write;
    monotonic;
    pace;
    redactor = new Redactor();
    constructor({ write, monotonic = () => performance.now() }) {
        this.write = write;
        this.monotonic = monotonic;
        this.pace = new PaceKeeper(monotonic);
    }
    debug(message) {
        this.tell('debug', this.redact(message));
    }
    info(message) {
        this.tell('info', this.redact(message));
    }
    warning(message) {
        this.tell('warning', this.redact(message));
    }
    error(message) {
        this.tell('error', this.redact(message));
    }
    async step(title, work) {
        const shown = this.redact(title);
        const startedAt = this.monotonic();
        let failed = true;
        this.stepBegins(shown);
        try {
            const result = await work();
            failed = false;
            return result;
        }
        finally {
            this.stepEnds(shown, (this.monotonic() - startedAt) / 1000, failed);
        }
    }
    progress(progress) {
        if (this.pace.isLineDue(progress)) {
            this.info(progressText(progress, this.pace.paceOf(progress)));
        }
    }
    hide(secret) {
        this.redactor.hide(secret);
    }
    redact(text) {
        return this.redactor.redact(text);
    }
    isHidden(secret) {
        return this.redact(secret) !== secret;
    }
}

;// CONCATENATED MODULE: ./build/platform/terminal-logger.js



/** A logger for people and log files: plain lines, written to stderr because results go to stdout. */
function terminalLogger(options) {
    return new TerminalLogger(options);
}
const REDRAW_INTERVAL = 100;
const COLOURS = { debug: '2', info: '', warning: '33', error: '31', heading: '1', good: '32' };
const PREFIXES = { debug: 'debug: ', info: '', warning: 'Warning: ', error: 'Error: ' };
class TerminalLogger extends RedactingLogger {
    options;
    bar = '';
    drawnAt = -Infinity;
    constructor(options) {
        super(options);
        this.options = options;
    }
    progress(progress) {
        if (!this.options.isTerminal) {
            super.progress(progress);
            return;
        }
        const isEnd = shareDone(progress) === 1;
        const pace = this.pace.paceOf(progress);
        if (isEnd || this.monotonic() - this.drawnAt >= REDRAW_INTERVAL) {
            this.drawnAt = this.monotonic();
            // One column less: a full last column makes some terminals wrap.
            this.draw(this.redact(progressBar(progress, pace, (this.options.columns?.() ?? 80) - 1)));
        }
        if (isEnd && this.pace.isLineDue(progress)) {
            this.write('\n');
            this.bar = '';
        }
    }
    tell(level, message) {
        if (level !== 'debug' || this.options.verbose === true) {
            this.line(this.coloured(`${PREFIXES[level]}${(0,control_characters/* printable */.g)(message)}`, COLOURS[level]));
        }
    }
    stepBegins(title) {
        this.line(this.coloured(`==> ${(0,control_characters/* printable */.g)(title)}`, COLOURS.heading));
    }
    stepEnds(title, seconds, failed) {
        const words = `${(0,control_characters/* printable */.g)(title)}: ${failed ? 'failed' : 'done'} in ${seconds.toFixed(1)} s`;
        this.line(this.coloured(words, failed ? COLOURS.error : COLOURS.good));
    }
    line(text) {
        const { bar } = this;
        this.clearBar();
        this.write(`${text}\n`);
        if (bar !== '') {
            this.draw(bar);
        }
    }
    draw(bar) {
        this.clearBar();
        this.write((0,control_characters/* printable */.g)(bar.replaceAll('\n', ' ')));
        this.bar = bar;
    }
    clearBar() {
        if (this.bar !== '') {
            this.write('\r\u001B[2K');
            this.bar = '';
        }
    }
    coloured(text, colour) {
        return this.options.colours && colour !== '' ? `\u001B[${colour}m${text}\u001B[0m` : text;
    }
}

// EXTERNAL MODULE: ./node_modules/commander/index.js
var commander = __nccwpck_require__(18909);
;// CONCATENATED MODULE: ./node_modules/commander/esm.mjs


// wrapper to provide named exports for ESM.
const {
  /* program */ "DM": program,
  /* createCommand */ "gu": createCommand,
  /* createArgument */ "er": createArgument,
  /* createOption */ "Ww": createOption,
  /* CommanderError */ "b7": CommanderError,
  /* InvalidArgumentError */ "Di": InvalidArgumentError,
  /* InvalidOptionArgumentError */ "a2": InvalidOptionArgumentError, // deprecated old name
  /* Command */ "uB": Command,
  /* Argument */ "ef": Argument,
  /* Option */ "c$": Option,
  /* Help */ "_V": Help,
} = commander;

// EXTERNAL MODULE: ./build/nearest.js
var nearest = __nccwpck_require__(77658);
// EXTERNAL MODULE: ./build/option-list.js + 1 modules
var option_list = __nccwpck_require__(3215);
// EXTERNAL MODULE: ./build/version.js
var version = __nccwpck_require__(58508);
// EXTERNAL MODULE: ./build/command-line/commands.js + 1 modules
var command_line_commands = __nccwpck_require__(45010);
// EXTERNAL MODULE: ./build/command-line/option-groups.js
var option_groups = __nccwpck_require__(85259);
// EXTERNAL MODULE: ./build/command-line/style.js
var style = __nccwpck_require__(28270);
// EXTERNAL MODULE: ./build/command-line/topics.js
var topics = __nccwpck_require__(77475);
;// CONCATENATED MODULE: ./build/command-line/help.js






const pageOf = (look) => ({ paint: (0,style/* paintOf */.MI)(look), columns: look.columns });
/** The help of the whole program. */
function programHelp(look) {
    const page = pageOf(look);
    const commands = (0,command_line_commands/* commandSpecs */.MW)();
    const named = (names) => commands.filter(({ name }) => names.includes(name)).map(({ name, summary }) => [name, summary]);
    return joined([
        (0,style/* wrapped */.ky)(`pg-lifeboat ${version/* VERSION */.x}: PostgreSQL backups that are proven to restore.`, page.columns),
        section('Usage', ['  pg-lifeboat <operation> [options]', '  pg-lifeboat help <operation or topic>'], page),
        section('Begin here', BEGINNING.flatMap((example) => exampleLines(example, page)), page),
        section('Operations', columnsOf(named(option_list/* OPERATIONS */.xb), page), page),
        section('Tools', columnsOf(named(command_line_commands/* TOOLS */.It), page), page),
        section('Topics', columnsOf(topics/* TOPICS */.p.map(({ name, summary }) => [name, summary]), page), page),
    ]);
}
const BEGINNING = [
    {
        for: 'Write a lifeboat.yml for a database',
        command: 'pg-lifeboat init --database-url postgresql://backup@db/app',
    },
    { for: 'See whether anything would go wrong', command: 'pg-lifeboat doctor --type daily' },
    { for: 'Take a backup and prove that it restores', command: 'pg-lifeboat backup --type daily' },
];
/** The help of one command: what it is for, examples, and its options by what they are about. */
function commandHelp(command, look) {
    const page = pageOf(look);
    const { name, summary, argument, flags, examples, notes = [] } = command;
    const word = argument === undefined ? '' : argument.required ? ` <${argument.name}>` : ` [${argument.name}]`;
    return joined([
        (0,style/* wrapped */.ky)(`pg-lifeboat ${name}: ${summary}`, page.columns),
        ...notes.map((note) => prose(note, page)),
        section('Usage', [`  pg-lifeboat ${name}${word}${flags.length > 1 ? ' [options]' : ''}`], page),
        ...(argument === undefined
            ? []
            : [
                section(argument.name, (0,style/* wrapped */.ky)(`${argument.describe} One of: ${argument.choices.join(', ')}.`, page.columns, '  '), page),
            ]),
        section('Examples', examples.flatMap((example) => exampleLines(example, page)), page),
        ...option_groups/* GROUP_TITLES */.Cx.map((title) => groupSection(title, flags, page)),
        prose('Options may also stand in the environment or in lifeboat.yml: see `pg-lifeboat help environment` and `pg-lifeboat help configuration`.', page),
    ]);
}
/** A page about something that concerns several operations. */
function topicHelp({ name, summary, paragraphs }, look) {
    const page = pageOf(look);
    return joined([
        [page.paint('bold', `${name}: ${summary}`)],
        ...paragraphs.map((text) => (text.startsWith('  ') ? text.split('\n') : prose(text, page))),
    ]);
}
function groupSection(title, flags, page) {
    const own = flags.filter(({ group }) => group === title);
    return own.length === 0
        ? []
        : section(title, own.flatMap((flag) => flagLines(flag, page)), page);
}
function flagLines({ name, value, describe, choices, default: fallback, example }, page) {
    const { paint } = page;
    const told = choices?.every((choice) => value?.includes(choice)) ?? true;
    const facts = [
        ...(told ? [] : [`One of: ${choices?.join(', ') ?? ''}.`]),
        ...(fallback === undefined ? [] : [`Default: ${fallback}`]),
        ...(example === undefined ? [] : [`Example: \`${example}\``]),
    ];
    return [
        `  ${paint('cyan', `--${name}`)}${value === undefined ? '' : ` ${paint('faint', value)}`}`,
        ...[describe, ...facts].flatMap((text) => prose(text, page, '      ')),
    ];
}
function exampleLines({ for: purpose, command }, { paint, columns }) {
    return [...(0,style/* wrapped */.ky)(`# ${purpose}`, columns, '  ').map((line) => paint('faint', line)), `  ${command}`];
}
/** Names in one column, what they mean in the other. */
function columnsOf(rows, { paint, columns }) {
    const width = Math.max(...rows.map(([name]) => name.length)) + 4;
    return rows.flatMap(([name, text]) => {
        const [first = '', ...rest] = (0,style/* wrapped */.ky)(text, columns, ' '.repeat(width));
        return [`  ${paint('cyan', name)}${first.slice(name.length + 2)}`, ...rest];
    });
}
function section(title, lines, { paint }) {
    return lines.length === 0 ? [] : [paint('bold', title), ...lines];
}
/** Text whose names stand out: in colour where there is one, else between their backticks. */
function prose(text, { columns, paint }, indent = '') {
    return (0,style/* wrapped */.ky)(text, columns, indent).map((line) => line.replaceAll(/`([^`]+)`/g, (quoted, name) => {
        const painted = paint('cyan', name);
        return painted === name ? quoted : painted;
    }));
}
function joined(parts) {
    return `${parts
        .filter((lines) => lines.length > 0)
        .map((lines) => lines.join('\n'))
        .join('\n\n')}\n`;
}

;// CONCATENATED MODULE: ./build/command-line/parse.js








/**
 * Reads the command line.
 *
 * @param look how help looks where it is printed
 * Throws `UsageError` for what it does not understand, naming the nearest that it does.
 */
function parse(argv, look) {
    if (argv.length === 0) {
        throw nothingAsked();
    }
    let invocation;
    const program = silent(new Command('pg-lifeboat')).helpCommand(false).helpOption('-h, --help').version(version/* VERSION */.x);
    program.configureHelp({ formatHelp: () => programHelp(look) });
    for (const spec of (0,command_line_commands/* commandSpecs */.MW)()) {
        const command = silent(program.command(spec.name)).helpOption('-h, --help');
        command.configureHelp({ formatHelp: () => commandHelp(spec, look) });
        spec.flags.filter(({ name }) => name !== 'help').forEach((flag) => command.option(flagText(flag)));
        if (spec.argument !== undefined)
            command.argument(`[${spec.argument.name}]`);
        command.action(() => {
            invocation = invocationOf(spec, command.args, flagsOf(command), look);
        });
    }
    const printed = runParser(program, argv);
    if (printed !== undefined) {
        return { kind: 'print', text: printed };
    }
    if (invocation === undefined) {
        throw nothingAsked();
    }
    return invocation;
}
/** Lets commander parse; it prints nothing itself. Returns what was asked to be printed. */
function runParser(program, argv) {
    let printed = '';
    const output = { writeOut: (text) => void (printed += text), writeErr: () => undefined };
    [program, ...program.commands].forEach((command) => command.configureOutput(output));
    try {
        program.parse([...argv], { from: 'user' });
        return undefined;
    }
    catch (error) {
        if (!(error instanceof CommanderError)) {
            throw error;
        }
        if (error.exitCode === 0) {
            return printed;
        }
        throw misunderstood(error, argv);
    }
}
function silent(command) {
    return command.exitOverride().showSuggestionAfterError(false).allowExcessArguments(false);
}
function flagText({ name, value, optional }) {
    const shown = value === undefined ? '' : optional === true ? ' [value]' : ' <value>';
    return `--${name}${shown}`;
}
function flagsOf(command) {
    const given = command.options.filter((option) => command.getOptionValueSource(option.attributeName()) === 'cli');
    return Object.fromEntries(given.map((option) => {
        const value = command.getOptionValue(option.attributeName());
        return [option.name(), value === true ? 'true' : String(value)];
    }));
}
function invocationOf(spec, args, given, look) {
    const { json, verbose, ...flags } = given;
    const operation = option_list/* OPERATIONS */.xb.find((name) => name === spec.name);
    if (operation !== undefined) {
        return { kind: 'operation', operation, flags, json: json === 'true', verbose: verbose === 'true' };
    }
    const tool = command_line_commands/* TOOLS */.It.find((name) => name === spec.name) ?? 'help';
    const argument = argumentOf(spec, args[0]);
    return tool === 'help'
        ? { kind: 'print', text: helpAbout(argument, look) }
        : { kind: 'tool', tool, argument, flags, verbose: verbose === 'true' };
}
function argumentOf({ name, argument }, given) {
    if (argument === undefined || (given === undefined && !argument.required)) {
        return '';
    }
    if (given !== undefined && argument.choices.includes(given)) {
        return given;
    }
    const near = given === undefined ? undefined : (0,nearest/* nearest */.p)(given, argument.choices);
    throw usage(given === undefined
        ? `${name} needs to be told the ${argument.name}`
        : `"${given}" is no ${argument.name} that ${name} knows`, near === undefined ? `Choose one of: ${argument.choices.join(', ')}.` : `Did you mean "${near}"?`);
}
function helpAbout(name, look) {
    const topic = topics/* TOPICS */.p.find((each) => each.name === name);
    if (topic !== undefined) {
        return topicHelp(topic, look);
    }
    const command = (0,command_line_commands/* commandSpec */.Lx)(name);
    return command === undefined ? programHelp(look) : commandHelp(command, look);
}
/** What commander found wrong, in words that name the nearest known thing. Values are not shown: one may be a secret. */
function misunderstood({ code, message }, argv) {
    const quoted = /'([^']*)'/.exec(message)?.[1] ?? '';
    const command = (0,command_line_commands/* commandSpecs */.MW)().find(({ name }) => argv[0] === name);
    switch (code) {
        case 'commander.unknownCommand':
            return unknownCommand(quoted);
        case 'commander.unknownOption':
            return unknownFlag(quoted.replace(/=.*$/s, ''), command);
        case 'commander.optionMissingArgument':
            return usage(`${quoted.split(' ')[0] ?? ''} needs a value`, `See pg-lifeboat help ${command?.name ?? ''}.`);
        case 'commander.excessArguments':
            return usage(`${command?.name ?? 'pg-lifeboat'} takes no further words`, 'Options begin with two dashes; a value with blanks stands in quotes.');
        default:
            return usage(message.replace(/^error: /, ''), 'See pg-lifeboat --help.');
    }
}
function unknownCommand(name) {
    const near = (0,nearest/* nearest */.p)(name, (0,command_line_commands/* commandSpecs */.MW)().map((each) => each.name));
    return usage(`"${name}" is no operation of pg-lifeboat`, near === undefined ? 'pg-lifeboat --help lists them.' : `Did you mean "${near}"?`);
}
function unknownFlag(flag, command) {
    if (command === undefined) {
        return usage(`${flag} stands before the operation`, 'Name the operation first: pg-lifeboat backup --store … ; pg-lifeboat --help lists them.');
    }
    const name = flag.replace(/^-+/, '');
    const definition = (0,option_list/* optionDefinitions */._x)().find((each) => each.name === name);
    if (definition?.where === 'file') {
        return usage(`${flag} can only be given in lifeboat.yml`, 'See pg-lifeboat help configuration.');
    }
    if (Object.hasOwn(option_list/* OPTIONS */.lw, name)) {
        const others = (0,command_line_commands/* commandSpecs */.MW)().filter(({ flags }) => flags.some((each) => each.name === name));
        return usage(`${flag} is no option of ${command.name}`, `It is one of ${others.map((each) => each.name).join(', ')}. In lifeboat.yml it may stand for all of them.`);
    }
    const near = (0,nearest/* nearest */.p)(name, command.flags.map((each) => each.name));
    return usage(`${flag} is no option of ${command.name}`, near === undefined ? `pg-lifeboat help ${command.name} lists them.` : `Did you mean --${near}?`);
}
function nothingAsked() {
    return usage('no operation is named', 'Begin with pg-lifeboat --help, or pg-lifeboat init.');
}
function usage(problem, advice) {
    return new errors/* UsageError */.eb({ doing: 'reading the command line', problem, advice });
}

;// CONCATENATED MODULE: ./build/command-line/main.js




/** Does what the command line asks for and returns what the process ends with. It does not throw. */
async function main(surroundings) {
    const { argv, environment, stdout, stderr } = surroundings;
    try {
        const invocation = parse(argv, (0,style/* styleOf */.Vj)(stdout, environment));
        if (invocation.kind === 'print') {
            stdout.write(invocation.text);
            return 0;
        }
        const logger = loggerFor(invocation, surroundings);
        // What only prints is quick: the operations are most of the program, and are loaded when they are asked for.
        if (invocation.kind === 'tool') {
            const { runTool } = await Promise.all(/* import() */[__nccwpck_require__.e(560), __nccwpck_require__.e(75), __nccwpck_require__.e(390)]).then(__nccwpck_require__.bind(__nccwpck_require__, 6390));
            return await runTool(invocation, logger, surroundings);
        }
        const { runAsked } = await Promise.all(/* import() */[__nccwpck_require__.e(560), __nccwpck_require__.e(64), __nccwpck_require__.e(75), __nccwpck_require__.e(422)]).then(__nccwpck_require__.bind(__nccwpck_require__, 54422));
        return await runAsked(invocation, logger, surroundings);
    }
    catch (error) {
        const paint = (0,style/* paintOf */.MI)((0,style/* styleOf */.Vj)(stderr, environment));
        stderr.write(`${paint('red', `Error: ${(0,errors/* explanationOf */.pg)(error)}`)}\n`);
        return (0,errors/* exitCodeOf */.FO)(error);
    }
}
function loggerFor({ verbose }, { stderr, environment }) {
    const { isTerminal, colours } = (0,style/* styleOf */.Vj)(stderr, environment);
    return terminalLogger({
        write: (text) => stderr.write(text),
        isTerminal,
        colours,
        columns: () => stderr.columns ?? 80,
        verbose,
    });
}


/***/ }),

/***/ 85259:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   Cx: () => (/* binding */ GROUP_TITLES),
/* harmony export */   F8: () => (/* binding */ groupOf)
/* harmony export */ });
/* unused harmony export OTHER_GROUP */
/** The headings of the help, in the order in which somebody thinks of them, with what stands below each. */
const GROUPS = {
    'What to back up': [
        'database-url',
        'series',
        'type',
        'tables',
        'exclude-tables',
        'format',
        'compression',
        'jobs',
        'lock-timeout',
    ],
    'Which backup': ['backup', 'scenario', 'rotate-check'],
    'Where it is restored': ['target-url', 'restore-mode', 'restore-parts', 'role-map', 'confirm'],
    'Where backups are kept': [
        'store',
        'copies',
        'ssh-key',
        'ssh-known-hosts',
        'rsync-password',
        'github-token',
        'history-cache',
    ],
    'How it is proven': ['verify', 'scratch', 'scratch-url', 'postgres-bin', 'assertions'],
    'How long backups are kept': [
        'keep-last',
        'keep-daily',
        'keep-weekly',
        'keep-monthly',
        'keep-yearly',
        'keep-within',
        'keep-tier',
        'timezone',
        'rotate',
        'dry-run',
    ],
    'Encryption and signatures': ['encrypt-to', 'hide-names', 'decrypt-key', 'signing-key', 'trusted-keys'],
    'The services around the database': ['services', 'stop-command', 'start-command', 'services-timeout'],
    'Alerts and reports': [
        'alerts',
        'fail-on',
        'webhook-url',
        'webhook-secret',
        'ping-url',
        'problem-issues',
        'metrics-file',
        'period',
        'max-age',
        'max-unproven',
        'drill-report',
        'report-file',
    ],
    'Several databases and schedules': [
        'config',
        'database',
        'all',
        'task',
        'parallel',
        'max-jobs',
        'time-limit',
        'schedule',
        'missed-runs',
    ],
    'In a job of GitHub Actions': ['upload-artifact', 'artifact-retention-days', 'allow-public-artifact'],
    Output: ['output', 'json', 'verbose', 'help'],
};
/** What no heading names yet. */
const OTHER_GROUP = 'Further options';
/** All headings, in the order of the help. */
const GROUP_TITLES = [...Object.keys(GROUPS).slice(0, -1), OTHER_GROUP, 'Output'];
/** The heading that an option of the list, or a flag of the command line's own, stands below. */
function groupOf(name) {
    return GROUP_TITLES.find((title) => GROUPS[title]?.includes(name) === true) ?? OTHER_GROUP;
}


/***/ }),

/***/ 28270:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   MI: () => (/* binding */ paintOf),
/* harmony export */   Vj: () => (/* binding */ styleOf),
/* harmony export */   ky: () => (/* binding */ wrapped)
/* harmony export */ });
/** Lines that are longer than this are hard to read. */
const WIDEST = 100;
const USUAL = 80;
const NARROWEST = 40;
/**
 * What the output and the environment ask for: https://no-color.org and https://force-color.org. In a CI nobody watches,
 * even where it pretends to be a terminal.
 */
function styleOf({ isTTY, columns }, environment) {
    const isTerminal = isTTY === true && environment.TERM !== 'dumb' && !isSet(environment.CI);
    return {
        isTerminal,
        colours: wantsColours(environment) ?? isTerminal,
        columns: Math.max(NARROWEST, Math.min(WIDEST, columns ?? USUAL)),
    };
}
/** Undefined where nothing is asked for. */
function wantsColours({ NO_COLOR, FORCE_COLOR }) {
    if (FORCE_COLOR !== undefined && FORCE_COLOR !== '') {
        return isSet(FORCE_COLOR);
    }
    return NO_COLOR !== undefined && NO_COLOR !== '' ? false : undefined;
}
function isSet(value) {
    return value !== undefined && value !== '' && value !== '0' && value !== 'false';
}
const CODES = { bold: '1', faint: '2', red: '31', green: '32', yellow: '33', cyan: '36' };
/** Colours texts, or leaves them alone. */
function paintOf({ colours }) {
    return (kind, text) => (colours && text !== '' ? `\u001B[${CODES[kind]}m${text}\u001B[0m` : text);
}
/** A text in lines of at most so many characters, each behind the indent. What stands between backticks stays together. */
function wrapped(text, columns, indent = '') {
    const lines = [];
    let line = '';
    for (const word of text.match(/(?:`[^`]*`|\S)+/g) ?? []) {
        if (line !== '' && indent.length + line.length + 1 + word.length > columns) {
            lines.push(indent + line);
            line = word;
        }
        else {
            line = line === '' ? word : `${line} ${word}`;
        }
    }
    return line === '' ? lines : [...lines, indent + line];
}


/***/ }),

/***/ 77475:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   p: () => (/* binding */ TOPICS)
/* harmony export */ });
/* harmony import */ var _errors_js__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(19473);

const TOPICS = [
    {
        name: 'exit-codes',
        summary: 'what the command ends with',
        paragraphs: [
            Object.entries(_errors_js__WEBPACK_IMPORTED_MODULE_0__/* .EXIT_CODES */ .ai)
                .map(([code, meaning]) => `  ${code.padStart(3)}  ${meaning}`)
                .join('\n'),
            '0 is only said of what was checked: a backup whose proof could not run ends with 4 and not with 0. In a script, treat everything but 0 as a reason to look.',
        ],
    },
    {
        name: 'configuration',
        summary: 'options in a file, several databases, types and tasks',
        paragraphs: [
            'Every option may stand in `lifeboat.yml`, in the folder where the command is started, or in the file that `--config` names. The names are those of the flags, without the dashes. `pg-lifeboat init` writes one.',
            [
                '  store: /backups/{database}',
                '  timezone: Europe/Madrid',
                '  types:',
                '    daily: { schedule: "17 2 * * *", keep-daily: 7 }',
                '    weekly: { schedule: "43 3 * * 0", keep-weekly: 4 }',
                '  tasks:',
                '    maintain: { schedule: "41 4 * * 0" }',
                '    weekly-report: { operation: report, period: weekly, schedule: "7 7 * * 1" }',
                '  databases:',
                '    app: { database-url: "postgresql://backup:${APP_PASSWORD}@db/app" }',
                '    shop: { database-url: "postgresql://backup:${SHOP_PASSWORD}@db/shop" }',
            ].join('\n'),
            '`types` are what is backed up. `tasks` is what else is done over and over; a run with `--task weekly-report` is one of them. `pg-lifeboat schedule` runs both at their times.',
            'What is given to a run goes before the environment, that before the task, that before the type of a database, that before the database, that before the type at the top, that before the top of the file, that before the default.',
            'In values, `${NAME}` stands for a variable of the environment; a missing one is an error. `{database}` and `{type}` stand for the names.',
        ],
    },
    {
        name: 'environment',
        summary: 'variables that are read',
        paragraphs: [
            'Every option has a variable: `LIFEBOAT_STORE` is `--store`, `LIFEBOAT_DATABASE_URL` is `--database-url`. `LIFEBOAT_DATABASE_URL_FILE` names a file that holds the value, as Docker hands secrets on.',
            [
                '  PGHOST, PGPORT, PGUSER, PGPASSWORD, PGDATABASE, PGSSLMODE, …',
                '                 where to connect to, as libpq reads them',
                '  PGPASSFILE     the password file; ~/.pgpass otherwise',
                '  NO_COLOR       no colours; FORCE_COLOR: colours also where no terminal is seen',
                '  CI             lines instead of a progress bar',
                '  TMPDIR         where throw-away clusters and temporary files are made',
                '  HTTPS_PROXY    the proxy for webhooks, S3 and GitHub',
            ].join('\n'),
            'Secrets belong into the environment, a file or `lifeboat.yml` by `${NAME}`, not on the command line, where every process of the machine can read them.',
        ],
    },
    {
        name: 'output',
        summary: 'what goes to stdout and to stderr, and for machines',
        paragraphs: [
            'Messages go to stderr, results to stdout. With `--json`, stdout is one JSON object whose keys are the outputs of the action, also when the operation failed; the exit code tells how it ended.',
            'On a terminal there are colours and a progress bar; elsewhere, and where `CI` is set, plain lines.',
        ],
    },
];


/***/ }),

/***/ 83678:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   L: () => (/* binding */ hasControls),
/* harmony export */   g: () => (/* binding */ printable)
/* harmony export */ });
/** Whether a text holds a character that no name should have, and that a terminal or a protocol may act on. */
function hasControls(text) {
    return /\p{Cc}/u.test(text);
}
/**
 * Without the control characters that could move the cursor or recolour a terminal, each of them seen as U+FFFD: names of
 * tables may hold anything. Tabs and line feeds stay.
 */
function printable(text) {
    return text.replaceAll(/(?![\t\n])\p{Cc}/gu, '\u{FFFD}');
}


/***/ }),

/***/ 19473:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   $q: () => (/* binding */ TimeLimitError),
/* harmony export */   FO: () => (/* binding */ exitCodeOf),
/* harmony export */   H3: () => (/* binding */ LifeboatError),
/* harmony export */   Me: () => (/* binding */ DamagedError),
/* harmony export */   OK: () => (/* binding */ OperationError),
/* harmony export */   Qd: () => (/* binding */ CommandError),
/* harmony export */   Rc: () => (/* binding */ ConnectionError),
/* harmony export */   U$: () => (/* binding */ GuardError),
/* harmony export */   Zw: () => (/* binding */ problemOf),
/* harmony export */   ai: () => (/* binding */ EXIT_CODES),
/* harmony export */   aq: () => (/* binding */ CouldNotVerifyError),
/* harmony export */   bD: () => (/* binding */ messageOf),
/* harmony export */   cr: () => (/* binding */ messagesOf),
/* harmony export */   eb: () => (/* binding */ UsageError),
/* harmony export */   p4: () => (/* binding */ InterruptedError),
/* harmony export */   pg: () => (/* binding */ explanationOf),
/* harmony export */   r_: () => (/* binding */ TimeLimitReached)
/* harmony export */ });
/** What the command line ends with, and the action's step too. */
const EXIT_CODES = {
    0: 'done',
    1: 'failed',
    2: 'bad usage or configuration',
    3: 'verification found a difference or damage',
    4: 'verification could not run',
    5: 'a guard refused',
    130: 'interrupted',
};
/**
 * An error that a user may meet. Its message reads: `Problem (while doing …). Advice`.
 *
 * Subclasses say which exit code it ends with and carry the data of their kind.
 */
class LifeboatError extends Error {
    doing;
    problem;
    advice;
    constructor({ doing, problem, advice, cause }) {
        super(`${capitalised(problem)} (while ${doing}). ${advice}`, cause === undefined ? undefined : { cause });
        this.name = new.target.name;
        this.doing = doing;
        this.problem = problem;
        this.advice = advice;
    }
}
/** Something that should have worked did not: exit code 1. */
class OperationError extends LifeboatError {
    exitCode = 1;
}
/** An input, flag or configuration that cannot be used: exit code 2. */
class UsageError extends LifeboatError {
    exitCode = 2;
}
/** A set, file or dump is damaged so that it cannot even be read as what it should be: exit code 3. */
class DamagedError extends LifeboatError {
    exitCode = 3;
}
/** A verification could not run, so nothing is known: exit code 4. */
class CouldNotVerifyError extends LifeboatError {
    exitCode = 4;
}
/** Something was refused to protect data: exit code 5. */
class GuardError extends LifeboatError {
    exitCode = 5;
}
/** The user or the runner asked us to stop: exit code 130. */
class InterruptedError extends LifeboatError {
    exitCode = 130;
    constructor(doing, cause) {
        super({
            doing,
            problem: 'interrupted before it was done',
            advice: 'What was not finished was discarded. Start it again.',
            cause,
        });
    }
}
/** Why a run ends itself: the reason of the signal that is aborted when its `time-limit` is reached. */
class TimeLimitReached extends Error {
    milliseconds;
    /** @param milliseconds how long the run was allowed to take */
    constructor(milliseconds) {
        super(`time-limit of ${milliseconds / 1000} s reached`);
        this.milliseconds = milliseconds;
    }
}
/** A run took longer than its `time-limit`: exit code 1. `cause` is what the end of it interrupted. */
class TimeLimitError extends OperationError {
    constructor({ milliseconds }, cause) {
        super({
            doing: cause instanceof LifeboatError ? cause.doing : 'working',
            problem: `the run took longer than its time-limit of ${milliseconds / 1000} s and was ended`,
            advice: 'Look at what held it up (a lock, a slow network, a database that has grown); where the work needs longer, raise time-limit.',
            cause,
        });
    }
}
/** A server could not be reached or used. `kind` names the usual cause: exit code 1. */
class ConnectionError extends OperationError {
    kind;
    constructor(kind, trouble) {
        super(trouble);
        this.kind = kind;
    }
}
/** A program ended with a failure: its name, exit code or signal, and the last of what it said. */
class CommandError extends OperationError {
    program;
    code;
    endedBy;
    /** The last lines of its standard error, secrets removed. */
    stderrTail;
    constructor(trouble, result) {
        super(trouble);
        this.program = result.program;
        this.code = result.code;
        this.endedBy = result.endedBy;
        this.stderrTail = result.stderrTail;
    }
}
/** The message of anything that was thrown. */
function messageOf(error) {
    if (error instanceof AggregateError && error.message === '') {
        return error.errors.map(messageOf).join('; ');
    }
    return error instanceof Error ? error.message : String(error);
}
/** What went wrong alone, without what was being done and what to do: for findings, which have places for these. */
function problemOf(error) {
    return error instanceof LifeboatError ? error.problem : messageOf(error);
}
/** Anything that was thrown, for a person: its message and those of its causes. What nobody foresaw is a fault of ours. */
function explanationOf(error) {
    const told = messagesOf(error);
    return (error instanceof LifeboatError ? told : ['An unexpected error, please report it.', ...told]).join('\nCause: ');
}
/** The messages of an error and of its causes, outermost first, without repetition. */
function messagesOf(error) {
    const messages = [];
    for (let current = error; current !== undefined && current !== null; current = causeOf(current)) {
        const message = messageOf(current);
        if (!messages.some((earlier) => earlier.includes(message))) {
            messages.push(message);
        }
        if (messages.length > 8) {
            break;
        }
    }
    return messages;
}
/** The exit code for anything that was thrown; what is not ours is a failure. */
function exitCodeOf(error) {
    return error instanceof LifeboatError ? error.exitCode : 1;
}
function causeOf(error) {
    return error instanceof Error ? error.cause : undefined;
}
/** As a sentence begins, unless it begins with the name of a program or an option: `pg_dump`, `scratch-url`. */
function capitalised(text) {
    return /^([a-z]+[-_/:.]|psql\b|initdb\b)/.test(text) ? text : text.charAt(0).toUpperCase() + text.slice(1);
}


/***/ }),

/***/ 72079:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   R: () => (/* binding */ TASK_OPERATIONS),
/* harmony export */   W: () => (/* binding */ FLEET_OPTIONS)
/* harmony export */ });
/**
 * What a task of the configuration can be: what looks at backups or keeps house. Backups are what types are for, and a
 * restore is never begun by a clock.
 */
const TASK_OPERATIONS = ['validate', 'rotate', 'drill', 'report', 'watch', 'maintain', 'doctor'];
/** The operations that can work through every database of a configuration. */
const OF_EVERY_DATABASE = ['backup', ...TASK_OPERATIONS];
/** The options of a configuration that names several databases, and of their schedules; a part of the one list. */
const FLEET_OPTIONS = {
    config: {
        kind: 'text',
        describe: 'A YAML file with these same keys, `databases` and `types` for several of them, and `tasks`. Flags, inputs and the environment go before it.',
        defaultText: '`lifeboat.yml`, if there is one',
        where: 'run',
    },
    database: {
        kind: 'text',
        describe: 'Which of the `databases` of the configuration this run is about, by its name there.',
        defaultText: 'the only one that the configuration names',
        example: 'masclet',
        where: 'run',
    },
    all: {
        kind: 'flag',
        describe: 'Work through every database of the configuration, each by itself: what fails in one holds up no other, and all failures are told at the end.',
        default: 'false',
        operations: OF_EVERY_DATABASE,
        where: 'run',
    },
    task: {
        kind: 'text',
        describe: 'Which of the `tasks` of the configuration this run is, by its name there: its options go before the rest of the file.',
        defaultText: 'none',
        operations: TASK_OPERATIONS,
        example: 'weekly-report',
        where: 'run',
    },
    parallel: {
        kind: 'count',
        describe: 'How many databases are worked on at the same time with `all`, and by schedules.',
        default: '2',
        operations: OF_EVERY_DATABASE,
    },
    'time-limit': {
        kind: 'duration',
        describe: 'How long a run may take. One that takes longer is ended, cleans up as after an interruption, and fails, naming the limit (exit code 1).',
        defaultText: 'none',
        example: '2h',
    },
    schedule: {
        kind: 'text',
        describe: 'When a type is backed up, or a task is run, as a cron expression of five fields (minute, hour, day of the month, month, day of the week) on the clocks of `timezone`.',
        operations: ['backup', ...TASK_OPERATIONS],
        example: '17 2 * * *',
        where: 'file',
    },
    'missed-runs': {
        kind: 'choice',
        choices: ['once', 'skip'],
        describe: 'What happens to the times of a schedule at which it was not running or still busy: made up by one run, or left out.',
        default: 'once',
        operations: ['backup', ...TASK_OPERATIONS],
        where: 'file',
    },
};


/***/ }),

/***/ 77658:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   p: () => (/* binding */ nearest)
/* harmony export */ });
/* harmony import */ var fastest_levenshtein__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(21916);

/** The known name that is nearest to a mistyped one; undefined where none is near. */
function nearest(name, known) {
    const ranked = known.map((candidate) => ({ candidate, steps: (0,fastest_levenshtein__WEBPACK_IMPORTED_MODULE_0__/* .distance */ .Io)(name, candidate) }));
    ranked.sort((a, b) => a.steps - b.steps);
    const best = ranked[0];
    return best !== undefined && best.steps <= Math.max(2, Math.floor(name.length / 3)) ? best.candidate : undefined;
}


/***/ }),

/***/ 3215:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {


// EXPORTS
__nccwpck_require__.d(__webpack_exports__, {
  xb: () => (/* binding */ OPERATIONS),
  n1: () => (/* binding */ OPERATION_SUMMARIES),
  lw: () => (/* binding */ OPTIONS),
  Fg: () => (/* binding */ definitionOf),
  _x: () => (/* binding */ optionDefinitions),
  cz: () => (/* binding */ optionsOf)
});

// UNUSED EXPORTS: runOptionDefinitions

// EXTERNAL MODULE: ./build/fleet-options.js
var fleet_options = __nccwpck_require__(72079);
;// CONCATENATED MODULE: ./build/seeing-options.js
/** The options of alerts, reports, metrics and watching; a part of the one list. */
const SEEING_OPTIONS = {
    alerts: {
        kind: 'rules',
        describe: 'Alert rules, one a line: `critical duration > 30min`, `warning compression < 0.5`. Given rules replace the defaults of the same level and measure; `off` in place of a limit silences one.',
        defaultText: 'critical: duration > 30min, size > 1GB, errors > 0; warning: duration > 15min, compression < 0.5, disk_space < 1GB; info: size_change > 10%, record_change > 100',
        operations: ['backup', 'report'],
    },
    'fail-on': {
        kind: 'choice',
        choices: ['critical', 'warning', 'info', 'never'],
        describe: 'From which level on an alert makes the run fail (exit code 1), after everything else is done.',
        default: 'critical',
        operations: ['backup'],
    },
    'webhook-url': {
        kind: 'text',
        describe: 'Where alerts and failures are sent as JSON by POST. A Slack address gets the form that Slack shows. It never holds up a backup; what could not be delivered is itself reported.',
        secret: true,
        example: 'https://hooks.example.org/backups',
    },
    'webhook-secret': {
        kind: 'text',
        describe: 'Signs what is sent to `webhook-url`: HMAC-SHA256 over the time and the body, in the header `X-Lifeboat-Signature`.',
        secret: true,
    },
    'ping-url': {
        kind: 'text',
        describe: "The address of a dead-man's service that is asked at the start (`/start`), after success, and after a failure (`/fail`), as healthchecks.io has it.",
        secret: true,
        example: 'https://hc-ping.example.org/0c1e…',
    },
    'problem-issues': {
        kind: 'flag',
        describe: 'Whether each problem has one GitHub issue, which is opened, updated and closed by itself when the problem ends. Needs `github-token` with `issues: write`.',
        default: 'false',
    },
    'metrics-file': {
        kind: 'text',
        describe: "A file that gets the metrics as OpenMetrics text, for a node exporter's textfile collector (a name that ends in `.prom`).",
        example: '/var/lib/node_exporter/lifeboat.prom',
    },
    'report-file': {
        kind: 'text',
        describe: 'Where the report is written as one HTML page, with charts, that needs nothing else; an earlier one is written over.',
        defaultText: 'in a job a folder for temporary files, on the command line nowhere',
        example: '/var/www/backups/index.html',
    },
    period: {
        kind: 'choice',
        choices: ['daily', 'weekly'],
        describe: 'What a report looks back over: the last day or the last seven days; trends are longer.',
        default: 'daily',
        operations: ['report'],
    },
    'max-age': {
        kind: 'list',
        describe: 'How old the newest backup of a type may be for `watch`: one age for all types (`26h`), or one for some (`26h, weekly=8d`). A type that is named must be there; `manual` is only watched where it is named here or in `type`.',
        defaultText: '`26h`, and `8d` for the type `weekly`',
        example: 'daily=26h, weekly=8d',
        operations: ['watch'],
    },
    'max-unproven': {
        kind: 'list',
        describe: 'How old the newest proven backup of a type may be for `watch`, written as `max-age` is. Proven means to the tier of `verify`; where that is not given, to the one that its own backup was asked for.',
        defaultText: 'the same as `max-age`',
        operations: ['watch'],
    },
};

;// CONCATENATED MODULE: ./build/option-list.js


const OPERATIONS = [
    'backup',
    'validate',
    'restore',
    'rotate',
    'drill',
    'report',
    'watch',
    'maintain',
    'plan',
    'doctor',
];
const OPERATION_SUMMARIES = {
    backup: 'take a backup, prove that it restores, keep the right ones',
    validate: 'verify a stored set, or a dump that another tool made',
    restore: 'restore a set into a database, compare it with its source, and swap it in',
    rotate: 'apply the retention policy to a store',
    drill: 'rehearse recovery: restore for real into scratch, destroy copies, measure RTO and RPO',
    report: 'tell how the backups of a day or a week did, from the log of the store and the sets in it',
    watch: 'fail when a store lacks a backup, or a proven one, that is new enough',
    maintain: 'remove old logs and what killed runs left behind, and vacuum the database',
    doctor: 'look at everything that could go wrong with a backup and its proof, and say how to mend it',
    plan: 'print the job matrix for the databases of the configuration: what runs in which job of a workflow',
};
const SCRATCH_KINDS = ['auto', 'service', 'cluster'];
const OPTIONS = {
    'database-url': {
        kind: 'text',
        describe: 'The database to back up, as a PostgreSQL connection URI. Without it, the PG* variables of libpq are used (PGHOST, PGPORT, PGUSER, PGPASSWORD, PGDATABASE, PGSSLMODE, …).',
        defaultText: 'the PG* variables',
        operations: ['backup', 'maintain'],
        secret: true,
        example: 'postgresql://backup@db.example.org:5432/masclet_imperi?sslmode=verify-full',
    },
    'target-url': {
        kind: 'text',
        describe: 'The database to restore into, as a PostgreSQL connection URI that names it. What else it leaves out comes from the PG* variables.',
        operations: ['restore'],
        secret: true,
        example: 'postgresql://postgres@db.example.org:5432/masclet_imperi',
    },
    'restore-mode': {
        kind: 'choice',
        choices: ['new', 'replace', 'add'],
        describe: '`new` restores into a database that does not exist or is empty. `replace` restores beside the live one, compares, swaps the two by renaming and keeps the old one. `add` brings the chosen `tables` back into a living database, in one transaction, and touches nothing else; they must not be there or be empty.',
        default: 'new',
        operations: ['restore'],
    },
    'restore-parts': {
        kind: 'choice',
        choices: ['all', 'schema', 'data'],
        describe: 'What of the set is restored: everything, the definitions without rows (`new`), or the rows alone, into empty tables that are there (`add`).',
        default: 'all',
        operations: ['restore'],
    },
    'role-map': {
        kind: 'list',
        describe: "Roles of the source that are not to be made on the target, each with the target's own role that takes its place, as `from=to`: for the roles of managed servers.",
        defaultText: 'missing roles are made from the set',
        operations: ['restore'],
        example: 'rds_superuser=postgres, legacy_owner=app',
    },
    series: {
        kind: 'text',
        describe: 'The name that backups of this database go by in the store. One store root holds one series.',
        defaultText: "the database's name",
    },
    type: {
        kind: 'text',
        describe: 'The type of the backup: `daily`, `weekly`, `manual`, or any word of small letters, digits and hyphens. Each type is kept by its own retention rules.',
        default: 'manual',
        defaultText: '`manual`; for `validate`, `restore`, `rotate` and `drill`, every type',
        example: 'daily',
    },
    tables: {
        kind: 'list',
        describe: 'Tables whose data is backed up, as psql patterns (`animals`, `public.parts`, `audit_*`), separated by commas or new lines; partitions and children come with them. The definitions of everything are always included, so that the set restores by itself. `restore` brings back the rows of these tables only; with `restore-mode: add`, nothing but these tables.',
        defaultText: 'every table',
        operations: ['backup', 'restore'],
        example: 'animals, parts',
    },
    'exclude-tables': {
        kind: 'list',
        describe: 'Tables whose data is left out, as psql patterns. Their definitions stay. For `restore-mode: replace`: tables that may be empty afterwards, because the set does not hold their rows.',
        defaultText: 'none',
        operations: ['backup', 'restore'],
        example: 'sessions, audit_*',
    },
    format: {
        kind: 'choice',
        choices: ['directory', 'custom', 'plain'],
        describe: 'The form of the dump: `directory` (parallel), `custom` (one file), or `plain` (`<type>_<date>.sql.gz`, readable by psql alone).',
        default: 'directory',
        operations: ['backup'],
    },
    compression: {
        kind: 'text',
        describe: 'How the dump is compressed, as pg_dump writes it: `none`, `gzip:6`, `lz4`, `zstd:1`. `auto` takes the best that the client has.',
        default: 'auto',
        operations: ['backup'],
    },
    jobs: {
        kind: 'count',
        describe: 'How many tables are dumped or restored at once.',
        defaultText: 'the number of processors, at most 8',
        operations: ['backup', 'validate', 'restore', 'drill'],
    },
    'lock-timeout': {
        kind: 'duration',
        describe: 'How long the dump waits for a lock that a migration holds before it gives up.',
        default: '5min',
        operations: ['backup'],
    },
    verify: {
        kind: 'choice',
        choices: ['none', 'archive', 'data', 'full'],
        describe: 'How far the backup is verified: `archive` (read from end to end, rows counted), `data` (restored, every table equal to the source), `full` (also indexes, constraints, triggers, owners, grants), or `none`. For `watch`, how far a backup must be proven to count as proven.',
        default: 'full',
        defaultText: '`full`; with `rotate-check`, `archive`; for `watch`, what the backup of each set was asked for',
        operations: ['backup', 'validate', 'watch'],
    },
    scratch: {
        kind: 'choice',
        choices: SCRATCH_KINDS,
        describe: 'Where the backup is restored to prove it: `service` (the server of scratch-url), `cluster` (a throw-away cluster started from the PostgreSQL programs here), or `auto` (the first that is there).',
        default: 'auto',
        operations: ['backup', 'validate', 'drill'],
    },
    'scratch-url': {
        kind: 'text',
        describe: 'A disposable PostgreSQL server to prove restores in, such as a service container. Only databases that pg-lifeboat creates in it are used, and they are dropped afterwards.',
        operations: ['backup', 'validate', 'drill', 'maintain'],
        secret: true,
        example: 'postgresql://postgres:postgres@localhost:5432/postgres',
    },
    'postgres-bin': {
        kind: 'list',
        describe: 'Folders with PostgreSQL programs (`pg_dump`, `initdb`, …) to look at first.',
        defaultText: 'those on PATH and the usual places of installed majors',
        operations: ['backup', 'validate', 'restore', 'drill', 'maintain'],
    },
    assertions: {
        kind: 'list',
        describe: 'SQL queries that must each return one true value in the restored copy (tier `full`), one a line. They run read-only.',
        operations: ['backup', 'validate', 'restore', 'drill'],
        example: 'SELECT count(*) > 0 FROM animals',
    },
    services: {
        kind: 'text',
        describe: 'A shell command that must succeed before a backup starts: it checks that the services are in the right state.',
        operations: ['backup'],
        example: 'curl --fail --silent http://localhost:8000/health',
    },
    'stop-command': {
        kind: 'text',
        describe: 'A shell command that stops the services that use the database, before anything is dumped or restored. Needs `start-command`.',
        operations: ['backup', 'restore'],
        example: 'systemctl stop masclet-api',
    },
    'start-command': {
        kind: 'text',
        describe: 'A shell command that starts the services again: when the dump is taken, or the restore is done, and whatever goes wrong. After a run that was killed, the next run of pg-lifeboat runs it, or the post step of the action; so it must do no harm when it runs twice.',
        operations: ['backup', 'restore'],
        example: 'systemctl start masclet-api',
    },
    'services-timeout': {
        kind: 'duration',
        describe: 'How long `stop-command` and `start-command` may each take.',
        default: '5min',
        operations: ['backup', 'restore'],
    },
    store: {
        kind: 'text',
        describe: 'Where backup sets are kept: a folder, `rsync://user@host/module/path`, `user@host:path` (rsync over ssh), `s3://bucket/prefix?region=…`, `artifact:` (artifacts of this GitHub repository; `artifact:#series` where it keeps several), or `rclone:remote:path`.',
        default: './backups',
        example: '/backups/db',
    },
    copies: {
        kind: 'lines',
        describe: 'Further stores that every set is copied to, one a line, each as `store` is written. What is kept there can differ: `s3://bucket/app?region=eu-west-1 keep-daily=30 keep-monthly=12`. Rules that are given for a copy replace all others there. A location with blanks stands in double quotes; `lifeboat.yml` also takes `{to: /mnt/disk, keep-daily: 30}`.',
        defaultText: 'none',
        operations: ['backup', 'rotate', 'validate', 'watch', 'maintain'],
        example: 'backup@offsite.example.org:/backups/app',
    },
    'ssh-key': {
        kind: 'text',
        describe: 'The private key for rsync over ssh: the key itself, or the path of its file.',
        defaultText: 'what ssh finds by itself',
        secret: true,
    },
    'ssh-known-hosts': {
        kind: 'text',
        describe: "The host keys for rsync over ssh: lines as in `known_hosts`, or the path of such a file. A host that is not in it is refused; `ssh-keyscan` prints its line, to be compared with the host's own.",
        defaultText: "the user's `known_hosts`",
    },
    'rsync-password': {
        kind: 'text',
        describe: 'The password for an `rsync://` store, or the path of a file that holds it.',
        secret: true,
    },
    'github-token': {
        kind: 'text',
        describe: 'The token for an `artifact:` store: in a job its own (`github.token`), with the permission `actions: read` to list and fetch sets, and `actions: write` to remove old ones. `watch` also reads with it whether GitHub is about to disable the schedules of this repository.',
        defaultText: 'the variable `GITHUB_TOKEN`',
        secret: true,
    },
    'encrypt-to': {
        kind: 'list',
        describe: 'age public keys (`age1…`). Every file of a set is encrypted to all of them after the proof, so that the machine that backs up cannot read older backups. Several keys are for rotation and escrow.',
        defaultText: 'not encrypted',
        operations: ['backup'],
        example: 'age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p',
    },
    'hide-names': {
        kind: 'flag',
        describe: 'Whether what stays readable of an encrypted set (its manifest, its later outcomes, its line in the log) leaves out the names of tables, roles and extensions. Reports and job summaries name them all the same.',
        default: 'false',
        operations: ['backup'],
    },
    'decrypt-key': {
        kind: 'text',
        describe: 'The age identity (`AGE-SECRET-KEY-1…`) that reads encrypted sets: the key itself, several lines of them, or the path of a file.',
        operations: ['validate', 'restore', 'drill'],
        secret: true,
    },
    'signing-key': {
        kind: 'text',
        describe: 'An Ed25519 private key (PEM, or the path of a file) that signs the manifest of every set, so that a forged set is found.',
        operations: ['backup'],
        secret: true,
    },
    'trusted-keys': {
        kind: 'text',
        describe: 'Ed25519 public keys (PEM, or the path of a file), one of which must have signed a set that is validated, restored or drilled.',
        operations: ['validate', 'restore', 'drill'],
    },
    'rotate-check': {
        kind: 'flag',
        describe: 'Validate the oldest set that is kept instead of the newest, in the store and in each of the `copies`, every byte of it: so that rot in old months is found.',
        default: 'false',
        operations: ['validate'],
    },
    backup: {
        kind: 'text',
        describe: 'The set to validate, restore or drill: `latest` or an id such as `20261124T020000Z`. `validate` also takes the path of a dump that another tool made (`.sql`, `.sql.gz`, a custom or tar archive, a directory archive). `restore` also takes `latest-proven`, and passes over sets that are damaged, with a warning; one that is named by its id is never replaced by another.',
        defaultText: '`latest`; for `restore`, `latest-proven`',
        operations: ['validate', 'restore', 'drill'],
    },
    scenario: {
        kind: 'list',
        describe: 'What is rehearsed: `latest` (the newest set of each type), `fallback` (the newest is destroyed), `table` (one lost table), `clean-room` (nothing but `restore.sh`), `upgrade` (into the next major), `faults` (every kind of damage must be found), or `all`.',
        default: 'all',
        operations: ['drill'],
        example: 'latest, clean-room',
    },
    'drill-report': {
        kind: 'text',
        describe: 'A file that the report of the drill is also written to, to be committed. Results as JSON are put beside it, and the trend reads those of earlier drills there.',
        operations: ['drill'],
        example: 'docs/drills/2026-Q4.md',
    },
    'keep-last': { kind: 'count', describe: 'Keep the newest n sets.', operations: ['backup', 'rotate', 'validate'] },
    'keep-daily': {
        kind: 'count',
        describe: 'Keep the newest set of each of the last n days that have one.',
        operations: ['backup', 'rotate', 'validate'],
        defaultText: '7 for the type `daily`',
    },
    'keep-weekly': {
        kind: 'count',
        describe: 'Keep the newest set of each of the last n weeks (Monday to Sunday) that have one.',
        operations: ['backup', 'rotate', 'validate'],
        defaultText: '4 for the type `weekly`',
    },
    'keep-monthly': {
        kind: 'count',
        describe: 'Keep the newest set of each of the last n months that have one.',
        operations: ['backup', 'rotate', 'validate'],
    },
    'keep-yearly': {
        kind: 'count',
        describe: 'Keep the newest set of each of the last n years that have one.',
        operations: ['backup', 'rotate', 'validate'],
    },
    'keep-within': {
        kind: 'text',
        describe: 'Keep every set that is younger than this, measured from the newest set, such as `14d`, `3m` or `1y6m`.',
        operations: ['backup', 'rotate', 'validate'],
    },
    'keep-tier': {
        kind: 'choice',
        choices: ['archive', 'data', 'full'],
        describe: 'A set fills a retention slot only when it is proven to this tier.',
        defaultText: 'the tier of `verify`',
        operations: ['backup', 'rotate', 'validate'],
    },
    timezone: {
        kind: 'text',
        describe: 'The IANA time zone whose days, weeks and months retention and reports count.',
        default: 'UTC',
        operations: ['backup', 'rotate', 'validate', 'report'],
        example: 'Europe/Madrid',
    },
    rotate: {
        kind: 'flag',
        describe: 'Whether a successful backup is followed by rotation of its type.',
        default: 'true',
        operations: ['backup'],
    },
    'dry-run': {
        kind: 'flag',
        describe: 'Print what would be removed, and remove nothing.',
        default: 'false',
        operations: ['backup', 'rotate', 'maintain'],
    },
    confirm: {
        kind: 'text',
        describe: 'A name, typed to let a guard pass that refused and said so in its message: of the series for rotation, of the target database for a restore that touches existing data.',
        operations: ['backup', 'restore', 'rotate'],
        where: 'run',
    },
    ...SEEING_OPTIONS,
    'upload-artifact': {
        kind: 'choice',
        choices: ['all', 'report', 'none'],
        describe: 'What a job uploads as artifacts: the set and the report, only the report, or nothing. The command line uploads nothing. Of `report`, only one over several databases is uploaded.',
        default: 'all',
        operations: ['backup', 'drill', 'report'],
    },
    'artifact-retention-days': {
        kind: 'count',
        describe: 'How long GitHub keeps the artifacts.',
        defaultText: "the repository's setting",
        operations: ['backup', 'drill', 'report'],
    },
    'allow-public-artifact': {
        kind: 'flag',
        describe: 'Upload an unencrypted dump as an artifact even if the repository is public, where everybody can download it.',
        default: 'false',
        operations: ['backup'],
    },
    'history-cache': {
        kind: 'flag',
        describe: "Keep in the job's cache what may vanish at any time: the log of earlier runs when the store lies in the workspace, which ends with the job, and what was read of stores elsewhere, so that listing them is faster.",
        default: 'true',
        operations: ['backup', 'validate', 'restore', 'rotate', 'drill'],
    },
    'max-jobs': {
        kind: 'count',
        describe: 'How many jobs `plan` may make; 256 is the most that GitHub takes in a matrix. Where there are more databases and types than that, several share a job, so that all jobs take about as long.',
        default: '256',
        operations: ['plan'],
    },
    ...fleet_options/* FLEET_OPTIONS */.W,
};
/** The definitions as a plain list, for whoever prints them. */
function optionDefinitions() {
    return Object.entries(OPTIONS).map(([name, definition]) => ({
        ...definition,
        name: name,
    }));
}
/** The options that a run can be given: as flags, as inputs, in the environment. */
function runOptionDefinitions() {
    return optionDefinitions().filter(({ where }) => where !== 'file');
}
/** What is known of an option; undefined for a name that is none. */
function definitionOf(name) {
    return Object.hasOwn(OPTIONS, name) ? OPTIONS[name] : undefined;
}
/** What `doctor` looks at is what these need, so that it can be asked in the very words in which they are. */
const EXAMINED = ['backup', 'validate', 'watch'];
/** The options that an operation looks at. */
function optionsOf(operation) {
    const looking = operation === 'doctor' ? EXAMINED : [operation];
    return optionDefinitions().filter(({ operations }) => operations?.some((name) => looking.includes(name)) ?? true);
}


/***/ }),

/***/ 6515:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   B4: () => (/* binding */ formatCount),
/* harmony export */   T1: () => (/* binding */ formatShare),
/* harmony export */   a3: () => (/* binding */ formatDuration),
/* harmony export */   hS: () => (/* binding */ counted),
/* harmony export */   r4: () => (/* binding */ formatInstant),
/* harmony export */   z3: () => (/* binding */ formatBytes)
/* harmony export */ });
/** Numbers as people read them. All are fixed to one language, so that a report reads the same wherever it was made. */
const GROUPED = new Intl.NumberFormat('en-US');
const BYTE_UNITS = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'];
/** `84,210` */
function formatCount(value) {
    return GROUPED.format(value);
}
/** `1 table`, `84,210 rows` */
function counted(value, one, many = `${one}s`) {
    return `${formatCount(value)} ${value === 1 ? one : many}`;
}
/** `1.2 GB`: decimal units, as disks and GitHub count. */
function formatBytes(bytes) {
    let value = bytes;
    let unit = 0;
    while (unit < BYTE_UNITS.length - 1 && Number(value.toPrecision(3)) >= 1000) {
        value /= 1000;
        unit += 1;
    }
    const digits = unit === 0 || value >= 100 ? 0 : value >= 10 ? 1 : 2;
    const text = value.toFixed(digits);
    return `${digits === 0 ? formatCount(Number(text)) : text.replace(/\.?0+$/, '')} ${BYTE_UNITS[unit] ?? 'B'}`;
}
/** `0.4 s`, `42 s`, `12 min 3 s`, `2 h 5 min` */
function formatDuration(seconds) {
    if (seconds < 9.95) {
        return `${seconds.toFixed(1)} s`;
    }
    const whole = Math.round(seconds);
    const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor((whole % 3600) / 60), whole % 60];
    if (hours > 0) {
        return minutes === 0 ? `${formatCount(hours)} h` : `${formatCount(hours)} h ${minutes} min`;
    }
    if (minutes > 0) {
        return rest === 0 ? `${minutes} min` : `${minutes} min ${rest} s`;
    }
    return `${rest} s`;
}
/** `62 %` of a share between 0 and 1. */
function formatShare(share) {
    return `${Math.round(share * 100)} %`;
}
/** `2026-11-24 02:00:03 UTC` */
function formatInstant(time) {
    return `${time.toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}


/***/ }),

/***/ 58508:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   x: () => (/* binding */ VERSION)
/* harmony export */ });
/** The version of pg-lifeboat, the same as in package.json (a test compares them). */
const VERSION = '0.1.0';


/***/ })

/******/ });
/************************************************************************/
/******/ // The module cache
/******/ var __webpack_module_cache__ = {};
/******/ 
/******/ // The require function
/******/ function __nccwpck_require__(moduleId) {
/******/ 	// Check if module is in cache
/******/ 	var cachedModule = __webpack_module_cache__[moduleId];
/******/ 	if (cachedModule !== undefined) {
/******/ 		return cachedModule.exports;
/******/ 	}
/******/ 	// Create a new module (and put it into the cache)
/******/ 	var module = __webpack_module_cache__[moduleId] = {
/******/ 		id: moduleId,
/******/ 		loaded: false,
/******/ 		exports: {}
/******/ 	};
/******/ 
/******/ 	// Execute the module function
/******/ 	var threw = true;
/******/ 	try {
/******/ 		__webpack_modules__[moduleId].call(module.exports, module, module.exports, __nccwpck_require__);
/******/ 		threw = false;
/******/ 	} finally {
/******/ 		if(threw) delete __webpack_module_cache__[moduleId];
/******/ 	}
/******/ 
/******/ 	// Flag the module as loaded
/******/ 	module.loaded = true;
/******/ 
/******/ 	// Return the exports of the module
/******/ 	return module.exports;
/******/ }
/******/ 
/******/ // expose the modules object (__webpack_modules__)
/******/ __nccwpck_require__.m = __webpack_modules__;
/******/ 
/************************************************************************/
/******/ /* webpack/runtime/asset-relocator-loader */
/******/ if (typeof __nccwpck_require__ !== 'undefined') __nccwpck_require__.ab = decodeURIComponent(new URL('.', import.meta.url).pathname).slice(import.meta.url.match(/^file:\/\/\/\w:/) ? 1 : 0, -1) + "/";
/******/ 
/******/ /* webpack/runtime/async module */
/******/ (() => {
/******/ 	var webpackQueues = typeof Symbol === "function" ? Symbol("webpack queues") : "__webpack_queues__";
/******/ 	var webpackExports = typeof Symbol === "function" ? Symbol("webpack exports") : "__webpack_exports__";
/******/ 	var webpackError = typeof Symbol === "function" ? Symbol("webpack error") : "__webpack_error__";
/******/ 	var resolveQueue = (queue) => {
/******/ 		if(queue && queue.d < 1) {
/******/ 			queue.d = 1;
/******/ 			queue.forEach((fn) => (fn.r--));
/******/ 			queue.forEach((fn) => (fn.r-- ? fn.r++ : fn()));
/******/ 		}
/******/ 	}
/******/ 	var wrapDeps = (deps) => (deps.map((dep) => {
/******/ 		if(dep !== null && typeof dep === "object") {
/******/ 			if(dep[webpackQueues]) return dep;
/******/ 			if(dep.then) {
/******/ 				var queue = [];
/******/ 				queue.d = 0;
/******/ 				dep.then((r) => {
/******/ 					obj[webpackExports] = r;
/******/ 					resolveQueue(queue);
/******/ 				}, (e) => {
/******/ 					obj[webpackError] = e;
/******/ 					resolveQueue(queue);
/******/ 				});
/******/ 				var obj = {};
/******/ 				obj[webpackQueues] = (fn) => (fn(queue));
/******/ 				return obj;
/******/ 			}
/******/ 		}
/******/ 		var ret = {};
/******/ 		ret[webpackQueues] = x => {};
/******/ 		ret[webpackExports] = dep;
/******/ 		return ret;
/******/ 	}));
/******/ 	__nccwpck_require__.a = (module, body, hasAwait) => {
/******/ 		var queue;
/******/ 		hasAwait && ((queue = []).d = -1);
/******/ 		var depQueues = new Set();
/******/ 		var exports = module.exports;
/******/ 		var currentDeps;
/******/ 		var outerResolve;
/******/ 		var reject;
/******/ 		var promise = new Promise((resolve, rej) => {
/******/ 			reject = rej;
/******/ 			outerResolve = resolve;
/******/ 		});
/******/ 		promise[webpackExports] = exports;
/******/ 		promise[webpackQueues] = (fn) => (queue && fn(queue), depQueues.forEach(fn), promise["catch"](x => {}));
/******/ 		module.exports = promise;
/******/ 		body((deps) => {
/******/ 			currentDeps = wrapDeps(deps);
/******/ 			var fn;
/******/ 			var getResult = () => (currentDeps.map((d) => {
/******/ 				if(d[webpackError]) throw d[webpackError];
/******/ 				return d[webpackExports];
/******/ 			}))
/******/ 			var promise = new Promise((resolve) => {
/******/ 				fn = () => (resolve(getResult));
/******/ 				fn.r = 0;
/******/ 				var fnQueue = (q) => (q !== queue && !depQueues.has(q) && (depQueues.add(q), q && !q.d && (fn.r++, q.push(fn))));
/******/ 				currentDeps.map((dep) => (dep[webpackQueues](fnQueue)));
/******/ 			});
/******/ 			return fn.r ? promise : getResult();
/******/ 		}, (err) => ((err ? reject(promise[webpackError] = err) : outerResolve(exports)), resolveQueue(queue)));
/******/ 		queue && queue.d < 0 && (queue.d = 0);
/******/ 	};
/******/ })();
/******/ 
/******/ /* webpack/runtime/create fake namespace object */
/******/ (() => {
/******/ 	var getProto = Object.getPrototypeOf ? (obj) => (Object.getPrototypeOf(obj)) : (obj) => (obj.__proto__);
/******/ 	var leafPrototypes;
/******/ 	// create a fake namespace object
/******/ 	// mode & 1: value is a module id, require it
/******/ 	// mode & 2: merge all properties of value into the ns
/******/ 	// mode & 4: return value when already ns object
/******/ 	// mode & 16: return value when it's Promise-like
/******/ 	// mode & 8|1: behave like require
/******/ 	__nccwpck_require__.t = function(value, mode) {
/******/ 		if(mode & 1) value = this(value);
/******/ 		if(mode & 8) return value;
/******/ 		if(typeof value === 'object' && value) {
/******/ 			if((mode & 4) && value.__esModule) return value;
/******/ 			if((mode & 16) && typeof value.then === 'function') return value;
/******/ 		}
/******/ 		var ns = Object.create(null);
/******/ 		__nccwpck_require__.r(ns);
/******/ 		var def = {};
/******/ 		leafPrototypes = leafPrototypes || [null, getProto({}), getProto([]), getProto(getProto)];
/******/ 		for(var current = mode & 2 && value; typeof current == 'object' && !~leafPrototypes.indexOf(current); current = getProto(current)) {
/******/ 			Object.getOwnPropertyNames(current).forEach((key) => (def[key] = () => (value[key])));
/******/ 		}
/******/ 		def['default'] = () => (value);
/******/ 		__nccwpck_require__.d(ns, def);
/******/ 		return ns;
/******/ 	};
/******/ })();
/******/ 
/******/ /* webpack/runtime/define property getters */
/******/ (() => {
/******/ 	// define getter functions for harmony exports
/******/ 	__nccwpck_require__.d = (exports, definition) => {
/******/ 		for(var key in definition) {
/******/ 			if(__nccwpck_require__.o(definition, key) && !__nccwpck_require__.o(exports, key)) {
/******/ 				Object.defineProperty(exports, key, { enumerable: true, get: definition[key] });
/******/ 			}
/******/ 		}
/******/ 	};
/******/ })();
/******/ 
/******/ /* webpack/runtime/ensure chunk */
/******/ (() => {
/******/ 	__nccwpck_require__.f = {};
/******/ 	// This file contains only the entry chunk.
/******/ 	// The chunk loading function for additional chunks
/******/ 	__nccwpck_require__.e = (chunkId) => {
/******/ 		return Promise.all(Object.keys(__nccwpck_require__.f).reduce((promises, key) => {
/******/ 			__nccwpck_require__.f[key](chunkId, promises);
/******/ 			return promises;
/******/ 		}, []));
/******/ 	};
/******/ })();
/******/ 
/******/ /* webpack/runtime/get javascript chunk filename */
/******/ (() => {
/******/ 	// This function allow to reference async chunks
/******/ 	__nccwpck_require__.u = (chunkId) => {
/******/ 		// return url for filenames based on template
/******/ 		return "" + chunkId + ".index.js";
/******/ 	};
/******/ })();
/******/ 
/******/ /* webpack/runtime/hasOwnProperty shorthand */
/******/ (() => {
/******/ 	__nccwpck_require__.o = (obj, prop) => (Object.prototype.hasOwnProperty.call(obj, prop))
/******/ })();
/******/ 
/******/ /* webpack/runtime/make namespace object */
/******/ (() => {
/******/ 	// define __esModule on exports
/******/ 	__nccwpck_require__.r = (exports) => {
/******/ 		if(typeof Symbol !== 'undefined' && Symbol.toStringTag) {
/******/ 			Object.defineProperty(exports, Symbol.toStringTag, { value: 'Module' });
/******/ 		}
/******/ 		Object.defineProperty(exports, '__esModule', { value: true });
/******/ 	};
/******/ })();
/******/ 
/******/ /* webpack/runtime/node module decorator */
/******/ (() => {
/******/ 	__nccwpck_require__.nmd = (module) => {
/******/ 		module.paths = [];
/******/ 		if (!module.children) module.children = [];
/******/ 		return module;
/******/ 	};
/******/ })();
/******/ 
/******/ /* webpack/runtime/import chunk loading */
/******/ (() => {
/******/ 	// no baseURI
/******/ 	
/******/ 	// object to store loaded and loading chunks
/******/ 	// undefined = chunk not loaded, null = chunk preloaded/prefetched
/******/ 	// [resolve, Promise] = chunk loading, 0 = chunk loaded
/******/ 	var installedChunks = {
/******/ 		792: 0
/******/ 	};
/******/ 	
/******/ 	var installChunk = (data) => {
/******/ 		var {ids, modules, runtime} = data;
/******/ 		// add "modules" to the modules object,
/******/ 		// then flag all "ids" as loaded and fire callback
/******/ 		var moduleId, chunkId, i = 0;
/******/ 		for(moduleId in modules) {
/******/ 			if(__nccwpck_require__.o(modules, moduleId)) {
/******/ 				__nccwpck_require__.m[moduleId] = modules[moduleId];
/******/ 			}
/******/ 		}
/******/ 		if(runtime) runtime(__nccwpck_require__);
/******/ 		for(;i < ids.length; i++) {
/******/ 			chunkId = ids[i];
/******/ 			if(__nccwpck_require__.o(installedChunks, chunkId) && installedChunks[chunkId]) {
/******/ 				installedChunks[chunkId][0]();
/******/ 			}
/******/ 			installedChunks[ids[i]] = 0;
/******/ 		}
/******/ 	
/******/ 	}
/******/ 	
/******/ 	__nccwpck_require__.f.j = (chunkId, promises) => {
/******/ 			// import() chunk loading for javascript
/******/ 			var installedChunkData = __nccwpck_require__.o(installedChunks, chunkId) ? installedChunks[chunkId] : undefined;
/******/ 			if(installedChunkData !== 0) { // 0 means "already installed".
/******/ 	
/******/ 				// a Promise means "currently loading".
/******/ 				if(installedChunkData) {
/******/ 					promises.push(installedChunkData[1]);
/******/ 				} else {
/******/ 					if(true) { // all chunks have JS
/******/ 						// setup Promise in chunk cache
/******/ 						var promise = import("./" + __nccwpck_require__.u(chunkId)).then(installChunk, (e) => {
/******/ 							if(installedChunks[chunkId] !== 0) installedChunks[chunkId] = undefined;
/******/ 							throw e;
/******/ 						});
/******/ 						var promise = Promise.race([promise, new Promise((resolve) => (installedChunkData = installedChunks[chunkId] = [resolve]))])
/******/ 						promises.push(installedChunkData[1] = promise);
/******/ 					}
/******/ 				}
/******/ 			}
/******/ 	};
/******/ 	
/******/ 	// no prefetching
/******/ 	
/******/ 	// no preloaded
/******/ 	
/******/ 	// no external install chunk
/******/ 	
/******/ 	// no on chunks loaded
/******/ })();
/******/ 
/************************************************************************/
/******/ 
/******/ // startup
/******/ // Load entry module and return exports
/******/ // This entry module used 'module' so it can't be inlined
/******/ var __webpack_exports__ = __nccwpck_require__(33986);
/******/ __webpack_exports__ = await __webpack_exports__;
/******/ 
