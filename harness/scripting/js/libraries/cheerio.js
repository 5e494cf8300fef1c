export { default } from "#cheerio";
