export { default } from "#handlebars";
