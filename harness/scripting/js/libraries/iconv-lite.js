export { default } from "#iconv-lite";
