"""The MCP server at /mcp: actions, published flows and the looking-into of both as tools for any agent."""
