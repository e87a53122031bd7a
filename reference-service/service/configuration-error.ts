/** The environment or the configuration file is wrong. The process ends with exit code 78. */
export class ConfigurationError extends Error {}
