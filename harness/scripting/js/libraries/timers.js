export { default } from "#timers";
