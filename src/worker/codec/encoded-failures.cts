import common = require('@temporalio/common');

// The SDK loads it by its path, with require(). Messages and stack traces become a payload, which the codec encrypts.
export = { failureConverter: new common.DefaultFailureConverter({ encodeCommonAttributes: true }) };
