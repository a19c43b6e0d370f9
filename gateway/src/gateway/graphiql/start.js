const QUERY = `# A token goes into the headers below: {"authorization": "Bearer …"}
# \`cairn token\` prints one.

query Me {
  viewer {
    fullName
  }
}
`;

ReactDOM.createRoot(document.getElementById("graphiql")).render(
  React.createElement(GraphiQL, {
    fetcher: GraphiQL.createFetcher({ url: "/graphql" }),
    defaultQuery: QUERY,
    defaultEditorToolsVisibility: "headers",
    shouldPersistHeaders: false,
  }),
);
