"""Services, their templates and resources, and service orders (REQUESTS 1.8.3)."""

from aelang.services.declaring import Table

_CUSTOM = """
    custom_get(name)         reads
    custom_keys()            reads
    custom_set(name, value)  does
"""

CATALOG: dict[str, Table] = {
    "Service": Table(
        attributes="""
            String   name description guid type retirement_state lifecycle_state initiator
            Integer  service_template_id evm_owner_id miq_group_id tenant_id parent_id retirement_warn
            Boolean  display retired visible
            Hash     options
            Time     created_at updated_at retires_on retirement_last_warn
        """,
        virtual="""
            aggregate_all_vm_cpus    Integer  given
            aggregate_all_vm_memory  Integer  given
            evm_owner_email          String   computed owner_column
            evm_owner_name           String   computed owner_column
            evm_owner_userid         String   computed owner_column
            owned_by_current_user    Boolean  given
            owning_ldap_group        String   computed group_name
            power_state              String   given
            power_status             String   given
            service_id               Integer  as parent_id
            v_total_vms              Integer  computed
        """,
        associations="""
            all_service_children       many Service          computed
            direct_service_children    many Service          by parent_id
            direct_vms                 many VmOrTemplate     computed
            evm_owner                  one  User             by evm_owner_id
            generic_objects            many GenericObject    computed
            indirect_service_children  many Service          computed
            indirect_vms               many VmOrTemplate     computed
            miq_group                  one  MiqGroup         by miq_group_id
            miq_request                one  MiqRequest       computed
            orchestration_stacks       many OrchestrationStack  computed
            owner                      one  User             as evm_owner
            parent_service             one  Service          by parent_id
            root_service               one  Service          computed
            service_resources          many ServiceResource  by service_id
            service_template           one  ServiceTemplate  by service_template_id
            tenant                     one  Tenant           by tenant_id
            vms                        many VmOrTemplate     computed
        """,
        methods=_CUSTOM
        + """
            add_resource(record)                 commands
            automate_retirement_entrypoint()     reads given
            delete_service_vars_option(name)     does
            description=(text)                   does write_column
            dialog_options()                     reads
            display=(flag)                       does write_column
            extend_retires_on(days, from?)       commands
            finish_retirement()                  commands
            get_dialog_option(key)               reads
            get_service_vars_option(name)        reads
            group=(record)                       does set_group
            name=(text)                          does write_column
            owner=(record)                       does set_owner
            parent_service=(service)             does set_parent_service
            remove_from_vmdb()                   commands
            remove_resource(record)              commands
            retire_now(requester?)               commands
            retire_service_resources()           commands
            retired?()                           reads
            retirement_state=(text)              does write_column
            retirement_warn=(days)               does write_column
            retires_on=(time)                    does write_column
            retiring?()                          reads
            service_vars_options()               reads
            set_dialog_option(key, value)        does
            set_service_vars_option(name, value) does
            shutdown_guest()                     commands
            start()                              commands
            start_retirement()                   commands
            stop()                               commands
            suspend()                            commands
        """,
        named_by="name",
    ),
    "ServiceOrchestration": Table(
        methods="""
            build_stack_options_from_dialog(*)     asks
            deploy_orchestration_stack()           commands
            orchestration_manager()                reads given
            orchestration_stack_status()           asks
            orchestration_template()               reads given
            stack_name()                           reads given
            stack_options()                        reads given
            update_orchestration_stack()           commands
        """,
    ),
    "ServiceAnsiblePlaybook": Table(
        methods="""
            check_completed(action)    asks
            check_refreshed(action)    asks
            execute(action)            commands
            job(action)                asks
            on_error(action)           commands
            postprocess(action)        commands
            preprocess(action, *)      commands
            refresh(action)            commands
        """,
    ),
    "ServiceTemplate": Table(
        attributes="""
            String   name description guid type prov_type service_type long_description
            Integer  service_template_catalog_id tenant_id evm_owner_id miq_group_id
            Boolean  display
            Hash     options
            Time     created_at updated_at
        """,
        associations="""
            resource_actions          many ResourceAction          by service_template_id
            service_resources         many ServiceResource         by service_template_id
            service_template_catalog  one  ServiceTemplateCatalog  by service_template_catalog_id
            services                  many Service                 by service_template_id
            tenant                    one  Tenant                  by tenant_id
        """,
        methods="""
            group=(record)               does set_group
            owner=(record)               does set_owner
            provision_request(user, *)   asks
        """,
        named_by="name",
    ),
    "ServiceTemplateCatalog": Table(
        attributes="""
            String   name description
            Integer  tenant_id
        """,
        associations="""
            service_templates  many ServiceTemplate  by service_template_catalog_id
            tenant             one  Tenant           by tenant_id
        """,
        named_by="name",
    ),
    "ServiceResource": Table(
        attributes="""
            String   resource_type name status start_action stop_action
            Integer  resource_id service_id service_template_id group_idx scaling_min scaling_max
            Integer  provision_index start_delay stop_delay source_id
            Hash     options
        """,
        associations="""
            resource          one any              by resource_id
            service           one Service          by service_id
            service_template  one ServiceTemplate  by service_template_id
        """,
        named_by="name",
    ),
    "ResourceAction": Table(
        attributes="""
            String   action ae_namespace ae_class ae_instance ae_message resource_type
            Integer  resource_id service_template_id dialog_id
            Hash     ae_attributes
        """,
        associations="""
            service_template  one ServiceTemplate  by service_template_id
        """,
        named_by="action",
    ),
    "ServiceOrder": Table(
        attributes="""
            String   name user_name state
            Integer  tenant_id user_id
            Time     placed_at created_at updated_at
        """,
        associations="""
            miq_requests  many MiqRequest  by service_order_id
            tenant        one  Tenant      by tenant_id
            user          one  User        by user_id
        """,
        named_by="name",
    ),
    "GenericObject": Table(
        attributes="""
            String   name uid
            Integer  generic_object_definition_id
            Hash     property_attributes
        """,
        associations="""
            generic_object_definition  one GenericObjectDefinition  by generic_object_definition_id
        """,
        methods="""
            add_to_service(service)  commands
            remove_from_service(*)   commands
        """,
        named_by="name",
    ),
    "GenericObjectDefinition": Table(
        attributes="""
            String  name description
            Hash    properties
        """,
        associations="""
            generic_objects  many GenericObject  by generic_object_definition_id
        """,
        named_by="name",
    ),
    "Notification": Table(
        attributes="""
            String   type message level subject_type
            Integer  subject_id user_id
            Hash     options
            Time     created_at
        """,
        associations="""
            subject  one any   by subject_id
            user     one User  by user_id
        """,
        named_by="message",
    ),
}
