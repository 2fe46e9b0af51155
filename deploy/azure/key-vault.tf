resource "azurerm_key_vault" "main" {
  name                       = "kv-${var.name}"
  resource_group_name        = azurerm_resource_group.main.name
  location                   = azurerm_resource_group.main.location
  tenant_id                  = data.azurerm_client_config.current.tenant_id
  sku_name                   = "standard"
  rbac_authorization_enabled = true
  purge_protection_enabled   = true
  soft_delete_retention_days = 30
  tags                       = var.tags
}

locals {
  # Names of secrets in the vault by the variables that they are given in. People write them there (docs/install.md); Terraform does not see them.
  secrets = {
    bot = merge(
      anytrue([for chat in var.chats : startswith(chat, "slack")]) ? { SLACK_BOT_TOKEN = "slack-bot-token", SLACK_SIGNING_SECRET = "slack-signing-secret" } : {},
      contains(var.chats, "slack-socket-mode") ? { SLACK_APP_TOKEN = "slack-app-token" } : {},
      contains(var.chats, "teams") ? { TEAMS_APP_PASSWORD = "teams-app-password" } : {},
    )
    jobs = {
      CLICKHOUSE_KEY_ID     = "clickhouse-key-id"
      CLICKHOUSE_KEY_SECRET = "clickhouse-key-secret"
    }
  }

  readers = merge([
    for process, secrets in local.secrets : {
      for secret in values(secrets) : "${process}/${secret}" => { process = process, secret = secret }
    }
  ]...)
}

# One secret each, not the vault.
resource "azurerm_role_assignment" "secrets" {
  for_each = local.readers

  scope                = "${azurerm_key_vault.main.id}/secrets/${each.value.secret}"
  role_definition_name = "Key Vault Secrets User"
  principal_id         = azurerm_user_assigned_identity.process[each.value.process].principal_id
}
